-- uses: attempt, choice
-- Chooses anew for jobs that wait for a version which nobody serves, and which an alias chose for them (`lib/choice.lua`).
-- ARGV: version, most of a list, where those wait for which no alias chooses any more (the version that a worker judges with
--   what names none; empty: they stay), then the lanes   Returns how many wait for another version now.
local moved = 0
even_when_full()
local home = ARGV[3] ~= '' and ARGV[3] or nil
for i = 4, #ARGV do
  local list = key.model_list(ARGV[i], ARGV[1])
  for _ = 1, math.min(tonumber(ARGV[2]), redis.call('LLEN', list)) do
    -- What stays goes behind the others, so that each call looks at other ones.
    local message, to = redis.call('LRANGE', list, -1, -1)[1], list
    local task, tenant, id = task_of(message), nil, nil
    if task then
      tenant, id = split_task(task)
      local found = claimable(tenant, id)
      local job, version, by = get(key.job(tenant, id), 'queue', 'list'), nil, nil
      if found[1] == 'queued' and job.queue == MODEL_QUEUE and job.list == list then
        version, by = choose(tenant, id, found, ARGV[1])
        version = version or home
      end
      if version and version ~= ARGV[1] then
        to, moved = key.model_list(ARGV[i], version), moved + 1
        redis.call('HSET', key.job(tenant, id), 'list', to)
        if by then redis.call('HSET', key.job(tenant, id), 'by', by) else redis.call('HDEL', key.job(tenant, id), 'by') end
      end
    end
    redis.call('LMOVE', list, to, 'RIGHT', 'LEFT')
    if to ~= list then note_begun(tenant, id, to, redis.call('LLEN', to)) end
  end
end
return moved
