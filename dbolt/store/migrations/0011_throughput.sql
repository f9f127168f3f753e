-- How many submissions came into which state in each quarter of an hour, so that a chart over days
-- need not read millions of events. The events up to `last_event` are counted in it, each once;
-- those behind it are few, and whoever wants to know it exactly counts them there.

create table throughput (
    quarter timestamptz not null,
    state text not null,
    n bigint not null check (n > 0),
    primary key (quarter, state)
);
create table throughput_counted (
    single boolean primary key default true check (single),
    last_event bigint not null
);
insert into throughput_counted (last_event) values (0);

grant select on throughput, throughput_counted to dbolt_orchestrator, dbolt_web;
grant insert, update on throughput to dbolt_orchestrator;
grant update on throughput_counted to dbolt_orchestrator;
