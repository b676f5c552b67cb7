/** What follows a command's name, and the status that the process ends with. */
export type Command = (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;
