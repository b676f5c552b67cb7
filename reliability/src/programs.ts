import { existsSync, readdirSync } from "node:fs";

/** The servers of Debian's packages. @throws naming the package, where one is missing. */
export const programs = {
  postgres: () => postgresProgram("postgres"),
  initdb: () => postgresProgram("initdb"),
  mariadbd: () => found("mariadb-server", ["/usr/sbin/mariadbd"]),
  mariadbInstallDb: () => found("mariadb-server", ["/usr/bin/mariadb-install-db"]),
  nginx: () => found("nginx-light", ["/usr/sbin/nginx"]),
};

// Debian keeps each version's in a folder of its own.
function postgresProgram(name: string): string {
  const folder = "/usr/lib/postgresql";
  const versions = existsSync(folder) ? readdirSync(folder).map(Number) : [];
  const newestFirst = versions.sort((one, other) => other - one);
  return found(
    "postgresql",
    newestFirst.map((version) => `${folder}/${version}/bin/${name}`),
  );
}

function found(debianPackage: string, paths: readonly string[]): string {
  const path = paths.find((each) => existsSync(each));
  if (path) return path;
  throw new Error(`this needs Debian's package ${debianPackage}: apt-get install ${debianPackage}`);
}
