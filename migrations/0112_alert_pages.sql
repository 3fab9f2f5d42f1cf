-- Up Migration
-- Where people act on an alert: the api's page, for dashboards to link to. Empty: booked before this column was there.
set local role spanledger_owner;
alter table alert_instances add column page_url text not null default '';
reset role;

-- Down Migration
set local role spanledger_owner;
alter table alert_instances drop column page_url;
reset role;
