-- uses: batch_rest
-- Calls a batch off, and some of its chunks; `batch/go_on` does the rest.
-- ARGV: tenant, id, most chunks, version that it must have or ''
-- Returns {'missing'} | {'moved'}: another version | {'ended', status} | {'canceled', how many chunks are left}
local tenant, id = ARGV[1], ARGV[2]
local record = key.batch(tenant, id)
even_when_full()
local batch = get(record, 'status', 'chunks', 'version')
if not batch.status then return { 'missing' } end
if ARGV[4] ~= '' and batch.version ~= ARGV[4] then return { 'moved' } end
if batch.status == 'canceled' then return { 'canceled', 0 } end
if batch.status == 'completed' then return { 'ended', batch.status } end
local now = now_ms()
if redis.call('HSET', record, 'cancel_requested', '1') == 1 then
  announce(join_task(tenant, id), redis.call('HINCRBY', record, 'version', 1), batch.status)
  begin_rest(tenant, id, batch.chunks, now)
end
local left = go_on(tenant, id, tonumber(ARGV[3]), now)
return { 'canceled', left }
