-- uses: files
-- A file is whole: from now on it is there, until its time is over.
-- ARGV: tenant, id, parts, lifetime in ms, field, value, ...   Returns {created_at, expires_at} | {} when parts are gone
local tenant, id, parts, life = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local record, index, now = key.file(tenant, id), key.files(tenant), now_ms()
local before = get(record, 'created_at', 'expires_at')
-- The same call again, after its answer was lost on the way.
if before.created_at then return { before.created_at, before.expires_at } end
for n = 0, parts - 1 do
  if redis.call('PEXPIRE', key.file_part(tenant, id, n), int(life)) == 0 then return {} end
end
redis.call('ZADD', key.file_ends, 'XX', int(now + life), join_task(tenant, id))
redis.call('HSET', record, 'created_at', int(now), 'expires_at', int(now + life), 'parts', parts, unpack(arguments(5)))
redis.call('PEXPIRE', record, int(life + GONE_MS))
redis.call('PEXPIRE', index, int(math.max(redis.call('PTTL', index), life + GONE_MS)))
return { int(now), int(now + life) }
