import { StorageUnavailable } from "./storage.ts";

/**
 * What comes within so many milliseconds. What comes later is nobody's any more.
 *
 * @throws {@link StorageUnavailable} when the time is over.
 */
export async function inTime<T>(coming: Promise<T>, limit: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const message = `${what} in ${limit} ms`;
    timer = setTimeout(() => reject(new StorageUnavailable(message)), limit);
  });
  try {
    return await Promise.race([coming, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
