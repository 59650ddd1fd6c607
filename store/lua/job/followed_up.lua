-- Celery has been told of these jobs; what was kept for that goes, unless a further message for the same task has asked for more.
-- ARGV: tenant, id, what `job/follow_up` said, ...
even_when_full()
for i = 1, #ARGV, 3 do
  local tenant, id = ARGV[i], ARGV[i + 1]
  local record, task = key.job(tenant, id), join_task(tenant, id)
  local job = get(record, 'celery', 'celery_more', 'gone', 'left')
  local more = job.celery_more and cmsgpack.unpack(job.celery_more) or {}
  -- One that took longer than its lease may find that another has sent the same, and what comes next has begun.
  local sent = job.celery and redis.sha1hex(job.celery) == ARGV[i + 2]
  if sent and #more > 0 then
    redis.call('HSET', record, 'celery', table.remove(more, 1))
    if #more > 0 then
      redis.call('HSET', record, 'celery_more', cmsgpack.pack(more))
    else
      redis.call('HDEL', record, 'celery_more')
    end
    redis.call('ZADD', key.follow_ups, 0, task)
  elseif sent then
    redis.call('ZREM', key.follow_ups, task)
    redis.call('HDEL', record, 'kept')
    -- Whether anything followed is asked once more, by a further message for the same task. What it was, reviews among it,
    -- is in its own messages and jobs, and goes with these.
    if job.gone then redis.call('HDEL', record, 'celery', 'owed') else redis.call('HSET', record, 'celery', '') end
    if job.gone == '0' and not job.left then redis.call('DEL', record) end
  end
end
