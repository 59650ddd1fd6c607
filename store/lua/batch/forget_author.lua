-- uses: job
-- None of a batch's lines is an author's any more (`batch/erase_lines`). ARGV: tenant, batch, author, request of the batch or ''
-- Returns 1 when the batch was there.
local tenant, id = ARGV[1], ARGV[2]
local record = key.batch(tenant, id)
even_when_full()
local batch = get(record, 'status', 'bytes')
if not batch.status then return 0 end
redis.call('HDEL', key.batch_authors(tenant, id), ARGV[3])
if ARGV[4] ~= '' then
  redis.call('HSET', record, 'request', ARGV[4])
  if batch.bytes then
    redis.call('HSET', record, 'bytes', #ARGV[4])
    count_stored(tenant, #ARGV[4] - batch.bytes)
  end
  announce(join_task(tenant, id), redis.call('HINCRBY', record, 'version', 1), batch.status)
end
return 1
