-- Takes back what lost workers held. A job that was lost `most` times is failed, not tried again.
-- ARGV: most strikes, most claims in one call, quiet_ms
-- Returns {requeued, failed}
local most, now = tonumber(ARGV[1]), now_ms()
local requeued, failed = 0, 0
even_when_full()
local last, quiet = tonumber(redis.call('HGET', 'kritiq:flow', 'swept_at') or now), tonumber(ARGV[3])
if quiet > 0 then redis.call('HSET', 'kritiq:flow', 'swept_at', int(now)) end
if quiet > 0 and now - last > quiet then
  -- Redis was away, and no worker could renew: none is blamed for that, and what they hold is theirs for a while.
  for _, tag in ipairs(redis.call('ZRANGEBYSCORE', 'kritiq:leases', int(last), int(now))) do
    redis.call('ZADD', 'kritiq:leases', int(now + AMNESTY_MS), tag)
  end
end
for _, tag in ipairs(redis.call('ZRANGEBYSCORE', 'kritiq:leases', '-inf', int(now), 'LIMIT', 0, ARGV[2])) do
  local held = redis.call('HGET', 'kritiq:claims', tag)
  unclaim(tag)
  if held then
    local queue, message = string.match(held, '^([^\n]+)\n(.+)$')
    local task = cjson.decode(message).headers.id
    local tenant, id = split_task(task)
    local key = record_key(tenant, id)
    local job = get(key, 'status', 'tag', 'weight', 'cancel_requested')
    if unadopted(message, job, key) then
      redis.call('RPUSH', queue, message)
      requeued = requeued + 1
    elseif job.status == 'running' and job.tag == tag then
      unhold(job.weight)
      local strikes = strike(key, most)
      if job.cancel_requested == '1' then
        finish(task, tenant, id, 'canceled', now, nil, 'The job was canceled.')
      elseif strikes >= most then
        lose(task, tenant, id, strikes, now)
        failed = failed + 1
      else
        requeue(task, tenant, id, queue, message, job.weight, now)
        requeued = requeued + 1
      end
    end
  end
end
return { requeued, failed }
