/** What `sallyport --help` says. docs/reference/command.md has it, too. */
export const usage = `sallyport migrate             bring the tables of a database up to date

  --database URL              which one; the environment's DATABASE_URL unless given
  --affiliations              the tables of sallyport/affiliations, too
  --check                     change nothing; list what is pending, and end with 1 if anything is

sallyport --help              this

A URL is sqlite:FILE, postgres://USER:PASSWORD@HOST/NAME or mysql://USER:PASSWORD@HOST/NAME.`;
