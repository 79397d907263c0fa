-- Andon's facts (core/data/schema.py) under their logical names. Times are instants; durations are
-- minutes. A plant whose production and stops stay in its own database leaves those tables empty.

create table public.assets (
    id text primary key,
    name text not null,
    aliases text not null default '',
    kind text not null default 'machine',
    parent text references public.assets (id),
    area text,
    plant text not null,
    ideal_rate double precision check (ideal_rate > 0),
    cost_center text,
    sequence integer,
    "constraint" boolean not null default false,
    output_point boolean not null default false,
    unit text,
    contact text,
    active boolean not null default true,
    key text
);
comment on column public.assets.key is 'The id in the plant''s own tables, where that is another.';
create index assets_parent on public.assets (parent);
create index assets_cost_center on public.assets (cost_center);

create table public.products (
    id text primary key,
    name text not null,
    unit text not null,
    material_cost double precision,
    margin double precision,
    currency text
);

create table public.product_rates (
    asset text not null,
    product text not null,
    per_min double precision not null check (per_min > 0),
    valid_from timestamptz not null default '2000-01-01Z',
    primary key (asset, product, valid_from)
);

create table public.cost_centers (
    cost_center text not null,
    per_hour double precision not null check (per_hour >= 0),
    currency text not null,
    valid_from timestamptz not null,
    primary key (cost_center, valid_from)
);

create table public.shift_targets (
    id bigint generated always as identity primary key,
    asset text not null,
    product text,
    shift text,
    oee double precision check (oee between 0 and 1),
    units double precision,
    valid_from timestamptz not null
);
create index shift_targets_asset on public.shift_targets (asset, shift, valid_from);

create table public.calendar (
    id bigint generated always as identity primary key,
    plant text,
    area text,
    asset text,
    start timestamptz not null,
    "end" timestamptz not null check ("end" > start),
    shift text,
    kind text not null
        check (kind in ('work', 'break', 'planned_maintenance', 'holiday', 'overtime'))
);
create index calendar_start on public.calendar (start, "end");

create table public.production (
    asset text not null,
    start timestamptz not null,
    "end" timestamptz not null check ("end" > start),
    shift text,
    product text,
    "order" text,
    planned_min double precision,
    run_min double precision,
    target_units double precision,
    total_units double precision,
    good_units double precision,
    scrap_units double precision,
    rework_units double precision,
    first_pass_units double precision,
    recorded_at timestamptz not null default now(),
    primary key (asset, start)
);

create table public.downtime (
    id text primary key,
    asset text not null,
    start timestamptz not null,
    "end" timestamptz check ("end" >= start),
    reason_code text,
    reason text,
    reason_group text,
    loss text not null default 'unclassified' check (
        loss in ('breakdown', 'setup', 'minor', 'blocked', 'starved', 'no_order', 'planned',
                 'unclassified')
    ),
    cause_asset text,
    repair_start timestamptz,
    repair_end timestamptz,
    comment text,
    recorded_at timestamptz not null default now()
);
create index downtime_asset_start on public.downtime (asset, start);
create index downtime_open on public.downtime (asset) where "end" is null;

create table public.scrap (
    id bigint generated always as identity primary key,
    asset text not null,
    time timestamptz not null,
    product text,
    units double precision not null,
    reason text,
    phase text check (phase in ('startup', 'run'))
);
create index scrap_asset_time on public.scrap (asset, time);

create table public.orders (
    id text primary key,
    asset text not null,
    product text,
    planned_units double precision not null,
    start timestamptz,
    due timestamptz,
    status text
);
create index orders_asset_start on public.orders (asset, start);

create table public.safety (
    id text primary key,
    asset text,
    area text,
    time timestamptz not null,
    severity text not null,
    status text not null default 'open',
    description text,
    days_lost double precision,
    check (asset is not null or area is not null)
);
create index safety_area_time on public.safety (area, time);

create table public.live (
    asset text primary key,
    state text not null,
    since timestamptz,
    rate double precision,
    shift_units double precision,
    shift_target double precision,
    updated timestamptz not null default now()
);

-- The rollup: sums of a production day and shift, so that long questions read few rows.
create table public.daily (
    asset text not null,
    day date not null,
    shift text not null,
    start timestamptz not null,
    "end" timestamptz not null,
    product text not null default '',
    planned_min double precision,
    run_min double precision,
    down_min double precision,
    breakdown_min double precision,
    setup_min double precision,
    minor_min double precision,
    blocked_min double precision,
    starved_min double precision,
    no_order_min double precision,
    unclassified_min double precision,
    stops bigint,
    target_units double precision,
    total_units double precision,
    good_units double precision,
    scrap_units double precision,
    rework_units double precision,
    first_pass_units double precision,
    recorded_at timestamptz not null default now(),
    primary key (asset, day, shift, product)
);
create index daily_day on public.daily (day);
