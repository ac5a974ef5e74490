-- Makes the role and the database that Holdfast works with; running it again changes nothing.
--
--   ROLE_PASSWORD=... psql -X -v ON_ERROR_STOP=1 -v role=holdfast -v database=holdfast -f role.sql
--
-- Run it as a superuser. Without ROLE_PASSWORD the role keeps the password it has. `-v createdb=on` lets the role
-- make databases, which tests need and a real deployment does not.

\if :{?role}
\else
  \set role holdfast
\endif
\if :{?database}
\else
  \set database holdfast
\endif
\if :{?createdb}
\else
  \set createdb off
\endif
\getenv password ROLE_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role')
\gexec

\if :{?password}
  ALTER ROLE :"role" PASSWORD :'password';
\endif
\if :createdb
  ALTER ROLE :"role" CREATEDB;
\endif

-- A person waits for a page; nobody waits for a lock, a statement or an open transaction without end.
ALTER ROLE :"role" SET lock_timeout = '2s';
ALTER ROLE :"role" SET statement_timeout = '5s';
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE :"role" SET timezone = 'UTC';
-- Of a row that is refused the server's log would write down every column: names, addresses, hashes.
ALTER ROLE :"role" SET log_error_verbosity = 'terse';

SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', :'database', :'role')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
