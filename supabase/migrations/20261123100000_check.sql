-- What `andon check` asks. And `daily` goes: no question was ever answered from it (Andon keeps
-- sums of days with its own state, docs/rollups.md).

drop table public.daily;

-- What a fact's table holds. The question: table; start, end (columns, may be null); columns
-- {logical: column}. The answer: rows; first, last; held {logical: rows that have a value};
-- assets, those that the rows name.
create function public.andon_survey(question jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set timezone = 'UTC'
as $$
declare
    starts text := 't.' || quote_ident(question ->> 'start');
    ends text := 't.' || quote_ident(question ->> 'end');
    asset text := 't.' || quote_ident(question -> 'columns' ->> 'asset');
    found jsonb;
begin
    execute format(
        'select jsonb_build_object(''rows'', count(*), ''first'', min(%s), '
        '''last'', max(coalesce(%s, %s)), ''held'', jsonb_build_object(%s), '
        '''assets'', %s) from public.%I as t',
        coalesce(starts, 'null::timestamptz'),
        coalesce(ends, 'null::timestamptz'),
        coalesce(starts, 'null::timestamptz'),
        (select string_agg(format('%L, count(t.%I)', key, value), ', ')
         from jsonb_each_text(question -> 'columns')),
        case when asset is null then '''[]''::jsonb'
             else format('coalesce(jsonb_agg(distinct %1$s) filter (where %1$s is not null), ''[]'')',
                         asset) end,
        question ->> 'table'
    ) into found;
    return found;
end
$$;

-- The database's clock, in epoch seconds, and what of the asker's rights is not as it should be:
-- tables that they could write, and tables or views whose rows no policy guards.
create function public.andon_self() returns jsonb
language sql stable
set search_path = ''
as $$
    select jsonb_build_object(
        'now', extract(epoch from clock_timestamp()),
        'writable', coalesce(
            jsonb_agg(c.relname order by c.relname)
            filter (where has_table_privilege(c.oid, 'insert, update, delete, truncate')), '[]'),
        'unguarded', coalesce(
            jsonb_agg(c.relname order by c.relname)
            filter (where case c.relkind
                when 'r' then not c.relrowsecurity
                when 'p' then not c.relrowsecurity
                when 'v' then not coalesce(c.reloptions && array[
                    'security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
                else true end), '[]')
    )
    from pg_catalog.pg_class as c
    where c.relnamespace = 'public'::regnamespace
        and c.relkind in ('r', 'v', 'm', 'p', 'f')
        and has_any_column_privilege(c.oid, 'select')
$$;

revoke all on function public.andon_survey, public.andon_self from public, anon, authenticated;
grant execute on function public.andon_survey, public.andon_self to andon_reader;
