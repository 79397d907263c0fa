-- Who may read what. Andon asks with a short-lived token that names one of two roles and, for
-- people, the places that they may see. What the token does not allow is not there.

create schema andon;

do $$
begin
    if not exists (select from pg_roles where rolname = 'andon_definitions') then
        create role andon_definitions nologin noinherit;
    end if;
    if not exists (select from pg_roles where rolname = 'andon_reader') then
        create role andon_reader nologin noinherit;
    end if;
end
$$;
comment on role andon_definitions is 'Andon itself: equipment and calendar, no figures';
comment on role andon_reader is 'Andon on behalf of somebody: rows of the places in the token';
grant andon_definitions, andon_reader to authenticator;
alter role andon_definitions set statement_timeout = '8s';
alter role andon_reader set statement_timeout = '8s';
grant usage on schema public, andon to andon_definitions, andon_reader;

-- --- what a token says -----------------------------------------------------------------------

-- Whether the token allows somewhere on this path: {"andon": {"places": "*" or [ids], "audience":
-- "*" or [ids]}}. Both must: what the asker may see, and what everyone else who reads the answer
-- may see. A token that says nothing allows nothing.
create function andon.allows(path text[]) returns boolean
language sql stable
set search_path = ''
as $$
    select coalesce(bool_and(
        case jsonb_typeof(said)
            when 'array' then said ?| path
            when 'string' then said = '"*"'::jsonb
            else false
        end
    ), false)
    from (
        values
            (nullif(current_setting('request.jwt.claims', true), '')::jsonb #> '{andon,places}'),
            (nullif(current_setting('request.jwt.claims', true), '')::jsonb #> '{andon,audience}')
    ) as claims (said)
$$;

-- Whether the token allows every place there is.
create function andon.allows_all() returns boolean
language sql stable
set search_path = ''
as $$
    select bool_and(coalesce(said = '"*"'::jsonb, false))
    from (
        values
            (nullif(current_setting('request.jwt.claims', true), '')::jsonb #> '{andon,places}'),
            (nullif(current_setting('request.jwt.claims', true), '')::jsonb #> '{andon,audience}')
    ) as claims (said)
$$;

-- Assets, areas and plants that the token allows: one of them or something above them is named.
-- It reads the assets with its owner's rights, since their own policy asks it.
create function andon.visible() returns setof text
language sql stable security definer
set search_path = ''
as $$
    with recursive node as (
        select id, parent, area, plant from public.assets
        union
        select area, null, null, plant from public.assets where area is not null
        union
        select plant, null, null, null from public.assets
    ),
    above as (
        select id, id as place from node
        union
        select above.id, up.place
        from above
        join node on node.id = above.place
        cross join lateral (values (node.parent), (node.area), (node.plant)) as up (place)
        where up.place is not null
    )
    select id from above group by id having andon.allows(array_agg(place))
$$;

revoke all on all functions in schema andon from public;
grant execute on all functions in schema andon to andon_definitions, andon_reader;

-- --- what each role may read ------------------------------------------------------------------

do $$
declare
    fact text;
begin
    foreach fact in array array[
        'assets', 'products', 'product_rates', 'cost_centers', 'shift_targets', 'calendar',
        'production', 'downtime', 'scrap', 'orders', 'safety', 'live', 'daily'
    ]
    loop
        execute format('alter table public.%I enable row level security', fact);
        -- The publishable key alone, and people signed in to other applications, see nothing.
        execute format('revoke all on public.%I from anon, authenticated', fact);
        execute format('grant select on public.%I to andon_reader', fact);
    end loop;
    foreach fact in array array['product_rates', 'production', 'downtime', 'scrap', 'orders',
                                'live', 'daily', 'shift_targets']
    loop
        -- In parentheses with "select" the functions run once per statement, not once per row.
        execute format(
            'create policy andon_reads on public.%I for select to andon_reader '
            'using ((select andon.allows_all()) or asset in (select andon.visible()))', fact
        );
    end loop;
end
$$;
grant select on public.assets, public.calendar to andon_definitions;

create policy andon_reads on public.assets for select to andon_reader
    using ((select andon.allows_all()) or id in (select andon.visible()));
create policy andon_defines on public.assets for select to andon_definitions using (true);
create policy andon_defines on public.calendar for select to andon_definitions using (true);

create policy andon_reads on public.products for select to andon_reader
    using ((select andon.allows_all()) or exists (select andon.visible()));

-- Rates of the cost centers that assets of one's own belong to.
create policy andon_reads on public.cost_centers for select to andon_reader
    using (
        (select andon.allows_all())
        or cost_center in (
            select a.cost_center from public.assets as a where a.id in (select andon.visible())
        )
    );

create policy andon_reads on public.safety for select to andon_reader
    using (
        (select andon.allows_all()) or coalesce(asset, area) in (select andon.visible())
    );

-- What holds for a whole plant concerns whoever sees a part of it.
create policy andon_reads on public.calendar for select to andon_reader
    using (
        (select andon.allows_all())
        or coalesce(asset, area) in (select andon.visible())
        or (
            asset is null and area is null and (
                plant is null
                or plant in (
                    select a.plant from public.assets as a where a.id in (select andon.visible())
                )
            )
        )
    );
