-- Up Migration
-- The price book: when a price applies (valid_from, valid_to) and when we knew it (recorded_at). Rows are only added.
set local role spanledger_owner;

create sequence price_versions as bigint;

create table model_prices (
  -- One version = all rates of one model pattern over one validity, recorded together; usage rows name it.
  price_version bigint not null,
  -- canonical provider (`openai`, `anthropic`, `gcp.gemini`, …) or `*`
  provider text collate "C" not null,
  -- exact id; `*` stands for anything; a leading `~` makes the rest a regular expression
  model_pattern text collate "C" not null,
  token_class text not null,
  -- the rate applies to the whole call when its input tokens exceed this
  above_input_tokens integer not null default 0,
  -- null: known to have no price (withdraws an older entry)
  usd_per_million numeric,
  valid_from timestamptz not null default '-infinity',
  valid_to timestamptz not null default 'infinity',
  -- hours of the day (UTC) the rate is limited to; null = all day
  daily_from time,
  daily_to time,
  -- override (operator) beats default (ours) beats catalogue; then the more specific pattern, then the later record
  source text not null default 'override',
  -- order within the catalogue's provider: the first match wins there
  rank integer not null default 0,
  recorded_at timestamptz not null default now(),
  note text not null default '',
  constraint model_prices_pkey primary key (price_version, token_class, above_input_tokens),
  constraint model_prices_token_class_known check (token_class in ('input', 'output', 'cache_read', 'cache_write', 'reasoning', 'request')),
  constraint model_prices_not_negative check (usd_per_million >= 0),
  -- six decimals per million tokens are whole pico-USD per token
  constraint model_prices_whole_pico check (scale(usd_per_million) <= 6),
  constraint model_prices_validity_ordered check (valid_from < valid_to),
  constraint model_prices_source_known check (source in ('override', 'default', 'catalogue'))
);
create index model_prices_recorded_idx on model_prices (recorded_at);
grant select on model_prices to spanledger_writer, spanledger_api, spanledger_reader, spanledger_tenant;
grant insert on model_prices to spanledger_api;
grant usage on sequence price_versions to spanledger_api;

reset role;

-- Down Migration
set local role spanledger_owner;
drop table model_prices;
drop sequence price_versions;
reset role;
