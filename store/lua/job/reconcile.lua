-- Looks after everything whose time has come, whatever the cause. Safe to run twice at once: every step is one script.
-- ARGV: check_ms, most items in one call
-- Returns {expired, purged, orphans, jobs looked at}: orphans are {task, tenant, id, priority} whose message is nowhere.
local check, most = tonumber(ARGV[1]), ARGV[2]
local now = now_ms()
even_when_full()
local expired, purged, orphans = 0, 0, {}
for _, task in ipairs(redis.call('ZRANGEBYSCORE', 'kritiq:expiring', '-inf', int(now), 'LIMIT', 0, most)) do
  local tenant, id = split_task(task)
  purge(task, tenant, id)
  purged = purged + 1
end
local due = redis.call('ZRANGEBYSCORE', 'kritiq:live', '-inf', int(now), 'LIMIT', 0, most)
for _, task in ipairs(due) do
  local tenant, id = split_task(task)
  local key = record_key(tenant, id)
  local job = get(key, 'status', 'tag', 'queue', 'queue_mark', 'deadline_at', 'priority', 'weight')
  local look = now + check
  if not job.status or TERMINAL[job.status] then
    redis.call('ZREM', 'kritiq:live', task)
  elseif job.status == 'queued' then
    if job.deadline_at and tonumber(job.deadline_at) <= now then
      leave(key, job.queue, job.weight)
      finish(task, tenant, id, 'expired', now, nil, 'The deadline passed before the job was done.')
      expired = expired + 1
    else
      if job.deadline_at then look = math.min(look, tonumber(job.deadline_at)) end
      redis.call('ZADD', 'kritiq:live', int(look), task)
      -- Everything up to this job's mark was taken from the queue, and still nobody has it: its message is lost.
      local out = tonumber(redis.call('HGET', 'kritiq:flow', 'out:' .. (job.queue or '')) or 0)
      if out >= tonumber(job.queue_mark or 0) then orphans[#orphans + 1] = { task, tenant, id, job.priority } end
    end
  elseif redis.call('ZSCORE', 'kritiq:leases', job.tag or '') then
    -- Held by a batch consumer: the sweeper sees to it.
    redis.call('ZADD', 'kritiq:live', int(look), task)
  else
    orphans[#orphans + 1] = { task, tenant, id, job.priority }
    redis.call('ZADD', 'kritiq:live', int(look), task)
  end
end
return { expired, purged, orphans, #due }
