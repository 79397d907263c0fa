-- Sums are made here, not by whoever asks. All functions run with the asker's rights, so that the
-- policies of the tables hold in them. Names of tables and columns come with the question, since a
-- plant may map views of its own; they are quoted as identifiers, values as literals.

-- A filter: core.data.query.Condition.
create function andon.condition(expression text, operator text, value jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
    case operator
        when 'is null' then
            return format('%s is null', expression);
        when 'contains' then
            return format(
                'strpos(lower(%s::text), lower(%L)) > 0', expression, value #>> '{}'
            );
        when 'in' then
            return format('%s in (%s)', expression, coalesce(
                (select string_agg(quote_literal(v), ', ') from jsonb_array_elements_text(value) v),
                'null'
            ));
        when '=', '<>', '>=', '<=', '>', '<' then
            return format('%s %s %L', expression, operator, value #>> '{}');
        else
            raise exception 'unknown operator %', operator using errcode = '22023';
    end case;
end
$$;

-- The words of a question that its statement is made of, joined; '' for none.
create function andon.joined(words text[], before text default '', between_ text default ', ')
returns text
language sql immutable
set search_path = ''
as $$
    select coalesce(before || array_to_string(nullif(words, '{}'), between_), '')
$$;

create function andon.page(question jsonb) returns text
language sql immutable
set search_path = ''
as $$
    select andon.joined(
        array(
            select format('%I %s', ltrim(name, '-'),
                case when name like '-%' then 'desc nulls last' else 'asc nulls first' end)
            from jsonb_array_elements_text(question -> 'order_by') as name
        ),
        ' order by '
    ) || format(
        ' limit %s offset %s',
        least(coalesce((question ->> 'limit')::bigint, 100000), 100000),
        coalesce((question ->> 'offset')::bigint, 0)
    )
$$;

-- The filters that a question names itself: its conditions, and the assets. `minutes` says how
-- the length of a stop is had where no column holds it.
create function andon.filters(question jsonb, minutes text default null) returns text[]
language sql immutable
set search_path = ''
as $$
    select array(
        select andon.condition(
            case when one ->> 'column' = 'minutes' and not (question -> 'columns' ? 'minutes')
                then minutes
                else format('t.%I', question -> 'columns' ->> (one ->> 'column'))
            end,
            one ->> 'operator', one -> 'value'
        )
        from jsonb_array_elements(question -> 'where') as one
    ) || case when jsonb_typeof(question -> 'assets') = 'array' then array[format(
        't.%I = any (array(select jsonb_array_elements_text($1 -> ''assets'')))',
        question -> 'columns' ->> 'asset'
    )] else '{}' end
$$;

-- --- rows ------------------------------------------------------------------------------------

-- A page of rows, under their logical names, and whether there are more. The question:
--   table; start, end (columns, may be null); columns {logical: column}; assets; since, until,
--   back; where; order_by; limit, offset
create function public.andon_rows(question jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
    starts text := 't.' || quote_ident(question ->> 'start');
    ends text := 't.' || quote_ident(question ->> 'end');
    minutes text := format('(extract(epoch from %s - %s) / 60)', ends, starts);
    -- Rows may be ordered by a length that no column holds.
    is_worked_out boolean := not (question -> 'columns' ? 'minutes')
        and question -> 'order_by' ?| array['minutes', '-minutes'];
    wanted bigint := (question ->> 'limit')::bigint;
    filters text[];
    found jsonb;
begin
    filters := andon.filters(question, minutes);
    if question ->> 'since' is not null then
        filters := filters || format('%s < %L', starts, question ->> 'until');
        if question ->> 'end' is null then
            filters := filters || format('%s >= %L', starts, question ->> 'back');
        else
            filters := filters || format('(%2$s is null or (%1$s >= %3$L and %2$s > %4$L))',
                starts, ends, question ->> 'back', question ->> 'since');
        end if;
    end if;
    execute format(
        'select coalesce(jsonb_agg(to_jsonb(r)%s), ''[]'') from '
        '(select %s%s from public.%I as t%s%s) as r',
        case when is_worked_out then ' - ''minutes''' else '' end,
        (select string_agg(format('t.%I as %I', value, key), ', ')
         from jsonb_each_text(question -> 'columns')),
        case when is_worked_out then format(', %s as minutes', minutes) else '' end,
        question ->> 'table',
        andon.joined(filters, ' where ', ' and '),
        andon.page(question || jsonb_build_object('limit', wanted + 1))
    ) into found using question;
    return jsonb_build_object(
        'rows', case when jsonb_array_length(found) > wanted then found - -1 else found end,
        'more', jsonb_array_length(found) > wanted
    );
end
$$;

-- --- whole rows ------------------------------------------------------------------------------

-- Sums of whole rows by group, with the time that the rows really cover. The question:
--   table; start, end, recorded (columns, end and recorded may be null); columns {logical: column}
--   assets, since, until, back, windows [[from, to]], cuts [at], where, measures, group_by,
--   order_by, limit, offset
create function public.andon_sums(question jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
    columns jsonb := question -> 'columns';
    starts text := 't.' || quote_ident(question ->> 'start');
    ends text := 't.' || quote_ident(coalesce(question ->> 'end', question ->> 'start'));
    by_window boolean := question -> 'group_by' ? 'window';
    keys text[];
    totals text[];
    filters text[];
    found jsonb;
begin
    keys := array(
        select format('%s as %I', case
            when name = 'window' then 'w.number'
            when name = 'segment' then format(
                '(select count(*) from jsonb_array_elements_text($1 -> ''cuts'') as cut '
                'where cut::timestamptz <= %s)', starts)
            when columns ? name then format('t.%I', columns ->> name)
            else 'null::text'
        end, name)
        from jsonb_array_elements_text(question -> 'group_by') as name
    );
    totals := array(
        select case
            when name = 'latest' then format('max(%s) as latest',
                case when question ->> 'recorded' is null then ends
                     else format('t.%I', question ->> 'recorded') end)
            when name = 'row_min' then format(
                'sum(extract(epoch from %s - %s))::double precision / 60 as row_min', ends, starts)
            else format('sum(t.%I) as %I', columns ->> name, name)
        end
        from jsonb_array_elements_text(question -> 'measures') as name
        where columns ? name or name in ('latest', 'row_min')
    );
    if question -> 'group_by' ? 'window' or question ->> 'measures' <> '["latest"]' then
        totals := totals || array[
            'count(*) as rows', format('min(%s) as first', coalesce(starts, 'null::timestamptz')),
            format('max(%s) as last', coalesce(ends, 'null::timestamptz'))
        ];
        if question ->> 'recorded' is not null then  -- how new the data is
            totals := totals || format('max(t.%I) as recorded', question ->> 'recorded');
        end if;
    end if;
    filters := andon.filters(question);
    if by_window then
        filters := filters || format('%1$s >= w.begins and %1$s < w.ends', starts);
    end if;
    if question ->> 'back' is not null then
        filters := filters || format('%s >= %L', starts, question ->> 'back');
    end if;
    if question ->> 'since' is not null then
        filters := filters || format('%s < %L', starts, question ->> 'until');
        if question ->> 'end' is not null then
            filters := filters || format('%s > %L', ends, question ->> 'since');
        end if;
    end if;
    execute format(
        'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (select %s from public.%I as t%s%s%s%s) as r',
        array_to_string(keys || totals, ', '),
        question ->> 'table',
        case when by_window then ' cross join (select (w.value ->> 0)::timestamptz as begins, '
            '(w.value ->> 1)::timestamptz as ends, w.place - 1 as number '
            'from jsonb_array_elements($1 -> ''windows'') with ordinality as w (value, place)) as w'
        else '' end,
        andon.joined(filters, ' where ', ' and '),
        andon.joined(
            (select array_agg(n::text) from generate_series(1, cardinality(keys)) as n),
            ' group by '
        ),
        andon.page(question)
    ) into found using question;
    return found;
end
$$;

-- --- stops -----------------------------------------------------------------------------------

-- Stops cut to planned time and summed: the rules of core/data/stops.py. The question, besides
-- what andon_sums takes:
--   now: where an open stop ends, in epoch seconds; minor, long: minutes
--   spans [[begins, ends, opens, window, group, leads, day]] in epoch seconds, cut at midnights
--   scope [[asset, group]], or null where all assets share the spans; members [[line, machine]]
create function public.andon_stop_sums(question jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
    columns jsonb := question -> 'columns';
    attributes text[] := array['reason_code', 'reason', 'reason_group', 'cause_asset'];
    loss text := case when columns ? 'loss' then format('t.%I', columns ->> 'loss')
                      else '''unclassified''' end;
    recorded text;
    filters text[];
    keys text[];
    totals text[];
    found jsonb;
begin
    recorded := format(
        'select %1$s as event, t.%2$I as asset, '
        'floor(extract(epoch from t.%3$I))::bigint as begins, '
        'floor(extract(epoch from coalesce(t.%4$I, to_timestamp(($1 ->> ''now'')::bigint))))::bigint '
        'as ends, %5$s as whole, (t.%4$I is null)::int as is_open, %6$s as loss, %7$s, %8$s as repair '
        'from public.%9$I as t where t.%3$I < %10$L '
        'and (t.%4$I is null or (t.%3$I >= %11$L and t.%4$I >= %12$L))',
        format('t.%I', columns ->> case when columns ? 'id' then 'id' else 'start' end),
        columns ->> 'asset',
        question ->> 'start',
        question ->> 'end',
        case when columns ? 'minutes' then
            format('case when t.%I is not null then t.%I::double precision end',
                question ->> 'end', columns ->> 'minutes')
            else 'null::double precision' end,
        loss,
        array_to_string(array(
            select case when columns ? name then format('t.%I as %I', columns ->> name, name)
                        else format('null::text as %I', name) end
            from unnest(attributes) as name
        ), ', '),
        case when columns ?& array['repair_start', 'repair_end'] then
            format('extract(epoch from t.%I - t.%I)::double precision / 60',
                columns ->> 'repair_end', columns ->> 'repair_start')
            else 'null::double precision' end,
        question ->> 'table', question ->> 'until', question ->> 'back', question ->> 'since'
    );
    if jsonb_typeof(question -> 'assets') = 'array' then
        recorded := recorded || format(
            ' and t.%I = any (array(select jsonb_array_elements_text($1 -> ''assets'')))',
            columns ->> 'asset'
        );
    end if;
    if columns ? 'cause_asset' and jsonb_array_length(question -> 'members') > 0 then
        recorded := recorded || format(
            ' and (t.%2$I is null or %3$s not in (''blocked'', ''starved'') or (t.%1$I, t.%2$I) '
            'not in (select m ->> 0, m ->> 1 from jsonb_array_elements($1 -> ''members'') as m))',
            columns ->> 'asset', columns ->> 'cause_asset', loss
        );
    end if;
    filters := array(
        select andon.condition(
            case one ->> 'column' when 'minutes' then 'whole' else format('%I', one ->> 'column') end,
            one ->> 'operator', one -> 'value'
        )
        from jsonb_array_elements(question -> 'where') as one
        where one ->> 'column' = any (attributes || array['loss', 'is_open', 'minutes', 'asset'])
    );
    if cardinality(filters) < jsonb_array_length(question -> 'where') then
        raise exception 'a stop has no such column' using errcode = '42703';
    end if;
    keys := array(
        select format('%I', name) from jsonb_array_elements_text(question -> 'group_by') as name
    );
    totals := array(
        select format('%s as %I', case name
            when 'minutes' then 'sum(seconds) / 60::double precision'
            when 'stops' then 'sum(counted)'
            when 'event_minutes' then 'sum(case when counted = 1 then whole else 0 end)'
            when 'longest' then 'max(case when counted = 1 then whole end)'
            when 'repair_minutes' then 'sum(case when counted = 1 then repair end)'
            when 'repairs' then 'count(repair) filter (where counted = 1)'
            when 'open' then 'max(is_open)'
            when 'long_stops' then 'count(*) filter (where counted = 1 and whole >= $3)'
            when 'long_minutes' then
                'sum(case when counted = 1 and whole >= $3 then whole else 0 end)'
            when 'median' then
                'percentile_cont(0.5) within group (order by case when counted = 1 then whole end)'
            end, name)
        from jsonb_array_elements_text(question -> 'measures') as name
        where name in ('minutes', 'stops', 'event_minutes', 'longest', 'open', 'long_stops',
                       'long_minutes', 'median')
           or name in ('repair_minutes', 'repairs')
              and columns ?& array['repair_start', 'repair_end']
    );
    execute format(
        $sql$
        with span as materialized (
            select (s ->> 0)::bigint as begins, (s ->> 1)::bigint as ends,
                (s ->> 2)::bigint as opens, (s ->> 3)::int as number, (s ->> 4)::int as grp,
                (s ->> 5)::int as leads, (s ->> 6)::bigint as day
            from jsonb_array_elements($1 -> 'spans') as s
        ),
        scope as materialized (
            select s ->> 0 as asset, (s ->> 1)::int as grp
            from jsonb_array_elements(nullif($1 -> 'scope', 'null')) as s
        ),
        stop as (%s),
        event as (
            select event, asset, begins, ends, is_open, loss, repair, reason_code, reason,
                reason_group, cause_asset,
                coalesce(whole, greatest(ends - begins, 0) / 60::double precision) as whole,
                max(ends) over (partition by asset order by begins, ends desc, event
                    rows between unbounded preceding and 1 preceding) as covered
            from stop
        ),
        touched as (
            select event.*, d.day, greatest(ends, begins + 1) as reach
            from event
            cross join lateral generate_series(
                begins / 86400, (greatest(ends, begins + 1) - 1) / 86400) as d (day)
        ),
        piece as (
            select t.event, t.asset, t.begins, t.is_open, t.whole, t.repair, t.reason_code,
                t.reason, t.reason_group, t.cause_asset,
                case when t.is_open = 0 and t.loss in ('breakdown', 'unclassified') and t.whole < $2
                    then 'minor' else t.loss end as loss,
                greatest(least(t.ends, s.ends)
                    - greatest(t.covered, t.begins, s.begins), 0) as seconds,
                (t.begins >= s.opens)::int as counted, s.leads, s.number as "window"
            from touched as t
            join span as s on s.day = t.day and t.begins < s.ends and t.reach > s.begins
            %s
        )
        select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (
            select %s from piece%s%s%s
        ) as r
        $sql$,
        recorded,
        case when jsonb_typeof(question -> 'scope') = 'array' then
            'join scope on scope.asset = t.asset and scope.grp = s.grp' else '' end,
        array_to_string(keys || totals || array[
            'sum((counted = 1 or leads = 1)::int) as rows'], ', '),
        andon.joined(filters, ' where ', ' and '),
        andon.joined(keys, ' group by '),
        andon.page(question)
    ) into found using question, (question ->> 'minor')::double precision,
        (question ->> 'long')::double precision;
    return found;
end
$$;

-- --- what there is ---------------------------------------------------------------------------

-- The tables and views that the asker may read, with their columns.
create function public.andon_columns() returns jsonb
language sql stable
set search_path = ''
as $$
    select coalesce(jsonb_object_agg(name, columns), '{}')
    from (
        select c.relname as name, jsonb_agg(a.attname order by a.attnum) as columns
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace
            and c.relkind in ('r', 'v', 'm', 'p', 'f')
            and a.attnum > 0
            and not a.attisdropped
            and has_column_privilege(c.oid, a.attnum, 'select')
        group by c.relname
    ) as readable
$$;

revoke all on function
    public.andon_rows, public.andon_sums, public.andon_stop_sums, public.andon_columns
    from public, anon, authenticated;
grant execute on function
    public.andon_rows, public.andon_sums, public.andon_stop_sums, public.andon_columns
    to andon_reader;
grant execute on function public.andon_rows, public.andon_columns to andon_definitions;
revoke all on all functions in schema andon from public;
grant execute on all functions in schema andon to andon_definitions, andon_reader;
