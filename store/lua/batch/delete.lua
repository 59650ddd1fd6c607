-- uses: job_purge
-- Purges a batch with all its chunks. ARGV: tenant, id   Returns 1 when it was there
local tenant, id = ARGV[1], ARGV[2]
local record = key.batch(tenant, id)
even_when_full()
local chunks = redis.call('HGET', record, 'chunks')
if not chunks then
  -- As in `job/delete`.
  tell_archive(tenant, 'deleted', id, true)
  redis.call('DEL', key.unsent(tenant, 'batch', id))
  return 0
end
-- Whoever was told of it is to forget it, too; see `job/delete`.
emit(tenant, 'batch.deleted', id, now_ms())
forget_deliveries(tenant, 'batch', id, now_ms())
for n = 0, tonumber(chunks) - 1 do purge(tenant, id .. '.' .. n) end
redis.call('ZREM', key.batches(tenant), id)
bury_batch(tenant, id)
announce(join_task(tenant, id), 0, 'deleted')
return 1
