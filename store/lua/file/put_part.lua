-- uses: delivery, files
-- Keeps a part of a file that is being uploaded. Until `file/finish` it is there for a while only.
-- ARGV: tenant, id, number, data, bytes of the file with this part, most bytes of the tenant's files, most files,
--   lifetime in ms, bytes of the file's parts as they are stored
-- Returns 1, 0 when the tenant has no room for it, -1 when all together have none.
local tenant, id, bytes, most, life = ARGV[1], ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[8])
local index, held, files = key.files(tenant), 0, 1
for _, other in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  local size = other ~= id and redis.call('HGET', key.file(tenant, other), 'bytes')
  if size then
    held, files = held + tonumber(size), files + 1
  elseif other ~= id then
    -- Its time is over, or its upload was never finished.
    redis.call('ZREM', index, other)
    note_erasure(now_ms())
  end
end
if held + bytes > most or files > tonumber(ARGV[7]) then return 0 end
local now, file = now_ms(), join_task(tenant, id)
forget_over_files(now)
local stored = tonumber(ARGV[9])
local more = stored - (redis.call('HGET', key.file_bytes, file) or 0)
if over_room('files', tenant, more, 0, FILES_BYTES, 0.25) then return -1 end
local record, part = key.file(tenant, id), key.file_part(tenant, id, ARGV[3])
redis.call('SET', part, ARGV[4], 'PX', life)
redis.call('HSET', record, 'bytes', bytes)
redis.call('PEXPIRE', record, life)
redis.call('ZADD', index, 'NX', int(now), id)
weigh_file(file, stored, now + life)
-- The index outlives every file in it.
redis.call('PEXPIRE', index, int(math.max(redis.call('PTTL', index), life + GONE_MS)))
return 1
