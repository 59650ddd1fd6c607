-- Celery has been told of these jobs; what was kept for that goes. ARGV: tenant, id, ...
even_when_full()
for i = 1, #ARGV, 2 do
  local tenant, id = ARGV[i], ARGV[i + 1]
  local record = key.job(tenant, id)
  redis.call('ZREM', key.follow_ups, join_task(tenant, id))
  redis.call('HDEL', record, 'kept')
  -- Whether anything follows is asked once more, by a second message for the same task.
  if redis.call('HEXISTS', record, 'gone') == 1 then redis.call('HDEL', record, 'celery', 'owed') end
end
