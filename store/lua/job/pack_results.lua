-- Puts packed results into the records of their jobs, and takes away those that Celery clients have had time to read.
-- ARGV per result: job (as in sets), SHA-1 of what was read, what it is packed to; '': it stays as it is
even_when_full()
for i = 1, #ARGV, 3 do
  local tenant, id = split_task(ARGV[i])
  local result = key.result(celery_id(ARGV[i]))
  if ARGV[i + 2] ~= '' then
    -- Its client may have put something else there meanwhile.
    local found = redis.call('GET', result)
    if found and redis.sha1hex(found) == ARGV[i + 1] then
      redis.call('HSET', key.job(tenant, id), 'packed', ARGV[i + 2])
      redis.call('DEL', result)
    end
  end
  redis.call('ZREM', key.unpacked, ARGV[i])
end
