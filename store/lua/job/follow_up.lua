-- Hands out ended jobs that Celery has not been told of, each to one caller for a while: what it does not confirm
-- (`job/followed_up`) is handed out again.
-- ARGV: most, lease in ms
-- Returns a list of {tenant, id, celery request as JSON, status, result in Celery's format, what it is confirmed with}. Of a job
-- whose task several messages were about, the first of their requests.
local now, out = now_ms(), {}
even_when_full()
for _, task in ipairs(redis.call('ZRANGEBYSCORE', key.follow_ups, '-inf', int(now), 'LIMIT', 0, ARGV[1])) do
  local tenant, id = split_task(task)
  -- Of a job that was deleted this is all that is left, with its status as `owed`.
  local job = get(key.job(tenant, id), 'celery', 'status', 'owed', 'kept')
  if job.celery and job.kept then
    redis.call('ZADD', key.follow_ups, int(now + tonumber(ARGV[2])), task)
    out[#out + 1] = { tenant, id, job.celery, job.status or job.owed, job.kept, redis.sha1hex(job.celery) }
  else
    redis.call('ZREM', key.follow_ups, task)
  end
end
return out
