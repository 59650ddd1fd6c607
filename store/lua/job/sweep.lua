-- uses: attempt
-- Takes back what lost workers held. A job that was lost `most` times is failed, not tried again.
-- ARGV: most strikes, most claims in one call, quiet_ms
-- Returns {requeued, failed, lost}: of `lost`, see `traced_attempt`
local most, now = tonumber(ARGV[1]), now_ms()
local ends, lost = { queued = 0, failed = 0, canceled = 0 }, {}
even_when_full()
local last, quiet = tonumber(redis.call('HGET', key.flow, 'swept_at') or now), tonumber(ARGV[3])
if quiet > 0 then redis.call('HSET', key.flow, 'swept_at', int(now)) end
if quiet > 0 and now - last > quiet then
  -- Redis was away, and no worker could renew: none is blamed for that, and what they hold is theirs for a while.
  for _, tag in ipairs(redis.call('ZRANGEBYSCORE', key.leases, int(last), int(now))) do
    redis.call('ZADD', key.leases, int(now + AMNESTY_MS), tag)
  end
end
for _, tag in ipairs(redis.call('ZRANGEBYSCORE', key.leases, '-inf', int(now), 'LIMIT', 0, ARGV[2])) do
  local queue, message, tenant, id = claimed(tag)
  unclaim(tag)
  if queue and not id then
    put_in_front('default', queue, message)
    ends.queued = ends.queued + 1
  elseif queue then
    local job = get(key.job(tenant, id), 'status', 'tag')
    if job.status == 'running' and job.tag == tag then
      lost[#lost + 1] = traced_attempt(tenant, id)
      local status = lose(tenant, id, queue, message, most, now)
      ends[status] = ends[status] + 1
    end
  end
end
return { ends.queued, ends.failed, lost }
