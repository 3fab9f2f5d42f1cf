-- Up Migration
-- Alert mails to an organisation's own admins.
set local role spanledger_owner;

-- Where an admin gets the organisation's alerts; no row: they get none. One address and nothing that could end a header line.
create table alert_addresses (
  org_id text collate "C" not null,
  user_id text collate "C" not null,
  address text not null,
  constraint alert_addresses_pkey primary key (org_id, user_id),
  constraint alert_addresses_member_fkey foreign key (org_id, user_id) references members on delete cascade,
  constraint alert_addresses_address_form
    check (address ~ '^[^][:space:][:cntrl:]<>()@,;:"\\[]+@[^][:space:][:cntrl:]<>()@,;:"\\[]+$' and length(address) <= 254)
);
select protect_tenant_table('alert_addresses');
grant insert, update, delete on alert_addresses to spanledger_api;

-- What was mailed to whom: a delivery that Alertmanager, or its second instance, repeats is mailed once.
create table alert_mails (
  org_id text collate "C" not null,
  -- of the group and what of it fires or ended
  delivery_digest text collate "C" not null,
  user_id text collate "C" not null,
  -- false: about to be sent; lapses after a minute
  sent boolean not null,
  at timestamptz not null,
  constraint alert_mails_pkey primary key (org_id, delivery_digest, user_id)
);
create index alert_mails_at_idx on alert_mails (org_id, at);
select protect_tenant_table('alert_mails');
grant insert, update, delete on alert_mails to spanledger_api;

reset role;

-- Down Migration
set local role spanledger_owner;
drop table alert_mails, alert_addresses;
reset role;
