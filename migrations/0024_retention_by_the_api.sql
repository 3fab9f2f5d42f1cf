-- Up Migration
-- The api's daily job may drop what is past its time, and nothing else: the moment is the database's own, and keep_days
-- stays the owner's.
set local role spanledger_owner;

/* Drops one partition that is past its time now. @raises 55000 when it is not, 55P03 when someone is reading its table. */
create function retire_partition(leaf name) returns void
  language sql security definer set search_path = '' as
$$
  select public.drop_expired_partition(leaf, now())
$$;
grant execute on function retire_partition(name), ensure_partitions_ahead(integer) to spanledger_api;

reset role;

-- Down Migration
set local role spanledger_owner;
revoke execute on function ensure_partitions_ahead(integer) from spanledger_api;
drop function retire_partition(name);
reset role;
