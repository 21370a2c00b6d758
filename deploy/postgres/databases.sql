-- A database and a role for each service that has a store. Run it once as a superuser: psql -f deploy/postgres/databases.sql
-- The passwords are those of components/postgres-rabbitmq, for development. Elsewhere choose others: ALTER ROLE orders PASSWORD '…'.
CREATE ROLE customers LOGIN PASSWORD 'customers';
CREATE DATABASE customers OWNER customers;
REVOKE ALL ON DATABASE customers FROM PUBLIC;

CREATE ROLE inventory LOGIN PASSWORD 'inventory';
CREATE DATABASE inventory OWNER inventory;
REVOKE ALL ON DATABASE inventory FROM PUBLIC;

CREATE ROLE orders LOGIN PASSWORD 'orders';
CREATE DATABASE orders OWNER orders;
REVOKE ALL ON DATABASE orders FROM PUBLIC;

CREATE ROLE payments LOGIN PASSWORD 'payments';
CREATE DATABASE payments OWNER payments;
REVOKE ALL ON DATABASE payments FROM PUBLIC;

CREATE ROLE shipping LOGIN PASSWORD 'shipping';
CREATE DATABASE shipping OWNER shipping;
REVOKE ALL ON DATABASE shipping FROM PUBLIC;
