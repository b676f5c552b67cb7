import { Conflict, type DetachedUserStore } from "sallyport";
import { Prisma, type PrismaClient } from "./generated/client.ts";

/**
 * The application's own users, by connections of Prisma's: for
 * `sqliteStorage("sallyport.db", { users: prismaUsers(prisma) })`, in another file than Prisma's.
 */
export function prismaUsers({ member }: PrismaClient): DetachedUserStore {
  return {
    transactional: false,
    ids: "text",
    find: (id) => member.findUnique({ where: { id: String(id) } }),
    findByEmail: (email) => member.findMany({ where: { email } }),
    findByUsername: (username) => member.findUnique({ where: { username } }),
    findByKey: (socialKey) => member.findUnique({ where: { socialKey } }),
    add: ({ username, email, emailVerified, fullName }, { key: socialKey }) =>
      member
        .upsert({
          where: { socialKey },
          create: { socialKey, username, email: lower(email), emailVerified, fullName },
          update: {},
        })
        .catch(toConflict),
    update: (id, { email, emailVerified, fullName, lastLoginAt }) =>
      member.updateMany({
        where: { id: String(id) },
        data: { email: lower(email), emailVerified, fullName, lastLoginAt },
      }),
    // Not `delete`, which fails where nobody is.
    remove: (id) => member.deleteMany({ where: { id: String(id) } }),
  };
}

const lower = (email: string | null | undefined) => email?.toLowerCase() ?? email;

// P2002: somebody else has the username. The login starts over with another.
function toConflict(error: unknown): never {
  const taken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
  throw taken ? new Conflict("the username is taken", { cause: error }) : error;
}
