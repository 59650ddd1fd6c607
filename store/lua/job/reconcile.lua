-- uses: job, feedback
-- Looks after everything whose time has come, whatever the cause. Safe to run twice at once: every step is one script.
-- ARGV: check in ms, most items in one call
-- Returns {expired, purged, orphans, jobs looked at}: orphans are {tenant, id, queue} whose message is nowhere.
local check, most = tonumber(ARGV[1]), ARGV[2]
local now = now_ms()
even_when_full()
local expired, purged, orphans = 0, 0, {}
for _, task in ipairs(redis.call('ZRANGEBYSCORE', key.expiring, '-inf', int(now), 'LIMIT', 0, most)) do
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'batch')
  if job.status then
    purge_ended(tenant, id, job.batch, now)
  else
    -- Only webhooks were left of it, and they have ended, or had their time.
    forget_left(tenant, id)
    redis.call('ZREM', key.expiring, task)
  end
  purged = purged + 1
end
for _, task in ipairs(redis.call('ZRANGEBYSCORE', key.feedback_expiring, '-inf', int(now), 'LIMIT', 0, most)) do
  forget_feedback(split_task(task))
end
fire_due(now, tonumber(most))
check_turns()
local due = redis.call('ZRANGEBYSCORE', key.live, '-inf', int(now), 'LIMIT', 0, most)
for _, task in ipairs(due) do
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'tag', 'queue', 'queue_mark', 'deadline_at')
  local look = now + check
  if not job.status or TERMINAL[job.status] then
    redis.call('ZREM', key.live, task)
  elseif job.status == 'queued' or job.status == 'scheduled' then
    if job.deadline_at and tonumber(job.deadline_at) <= now then
      finish_waiting(tenant, id, 'expired', now, DEADLINE_PASSED)
      expired = expired + 1
    else
      if job.deadline_at then look = math.min(look, tonumber(job.deadline_at)) end
      redis.call('ZADD', key.live, int(look), task)
      -- Everything up to this job's mark was taken from the queue, and still nobody has it: its message is lost.
      if job.status == 'queued' and passed(tenant, job.queue, job.queue_mark) then orphans[#orphans + 1] = { tenant, id, job.queue } end
    end
  else
    redis.call('ZADD', key.live, int(look), task)
    -- What a batch consumer holds, the sweeper sees to.
    if not redis.call('ZSCORE', key.leases, job.tag or '') then orphans[#orphans + 1] = { tenant, id, job.queue } end
  end
end
return { expired, purged, orphans, #due }
