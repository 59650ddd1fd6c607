-- uses: room
-- What uploaded files take of Redis' memory: they go by themselves when their time is over, and leave the sum then.

-- A file takes so many bytes in all, until then; 0: it is gone.
local function weigh_file(file, bytes, ends)
  count_bytes('files', split_task(file), bytes - (redis.call('HGET', key.file_bytes, file) or 0))
  if bytes == 0 then
    redis.call('HDEL', key.file_bytes, file)
    redis.call('ZREM', key.file_ends, file)
  else
    redis.call('HSET', key.file_bytes, file, bytes)
    redis.call('ZADD', key.file_ends, int(ends), file)
  end
end

local function forget_over_files(now)
  for _, file in ipairs(redis.call('ZRANGEBYSCORE', key.file_ends, '-inf', int(now), 'LIMIT', 0, 100)) do weigh_file(file, 0) end
end
