/** What `sallyport --help` says. docs/reference/command.md has it, too. */
export const usage = `sallyport migrate             bring the tables of a database up to date

  --database URL              which one; the environment's DATABASE_URL unless given
  --affiliations              the tables of sallyport/affiliations, too
  --own-users integer|text    users are in a table of the application's, with ids of this kind
  --detached                  and are written on a connection of their own
  --check                     change nothing; list what is pending, and end with 1 if anything is

sallyport import-django URL   take users and accounts over from Django with python-social-auth

  --into URL                  our database; the environment's DATABASE_URL unless given
  --dry-run                   write nothing; say what would be done
  --associations-only         leave users alone; accounts keep Django's user ids
  --user-table NAME           where Django has its users; auth_user unless given
  --emails-verified           Django has proven that each address is its user's
  --without-tokens            leave access and refresh tokens behind

sallyport --help              this

A URL is sqlite:FILE, postgres://USER:PASSWORD@HOST/NAME or mysql://USER:PASSWORD@HOST/NAME. Tokens
are sealed with the environment's SALLYPORT_SECRET, which must be the application's.`;
