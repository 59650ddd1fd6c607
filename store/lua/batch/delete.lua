-- Purges a batch with all its chunks. ARGV: tenant, id   Returns 1 when it was there
local tenant, id = ARGV[1], ARGV[2]
local key = 'kritiq:' .. tenant .. ':batch:' .. id
local chunks = redis.call('HGET', key, 'chunks')
if not chunks then return 0 end
redis.call('DEL', key)
forget_deliveries(tenant, id, now_ms())
for n = 0, tonumber(chunks) - 1 do
  local chunk = id .. '.' .. n
  purge(join_task(tenant, chunk), tenant, chunk)
end
redis.call('ZREM', 'kritiq:' .. tenant .. ':batches', id)
redis.call('HSET', key, 'gone', 1)
redis.call('PEXPIRE', key, int(TOMBSTONE_MS))
return 1
