-- uses: job_end
-- Takes an author's lines out of a chunk in which others have lines, too. While it is being judged its worker has them
-- still: then it is judged anew (`job/complete`).
-- ARGV: tenant, batch, chunk, its version as it was read, lines, request, message for when it is judged anew,
--   result or '', tally or '', lines that had a result and have none now, lines that had no text,
--   numbers of the lines
-- Returns 1, or 0 when the chunk has changed meanwhile, and nothing was done.
local tenant, batch, id, good, skipped = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[10]), tonumber(ARGV[11])
local record, result = key.job(tenant, id), key.result(celery_id(join_task(tenant, id)))
even_when_full()
local job = get(record, 'status', 'version', 'tally', 'bytes', 'text', 'request', 'restaurant', 'day')
if job.version ~= ARGV[4] then return 0 end
local more = #ARGV[5] - #job.text + #ARGV[6] - #(job.request or '')
redis.call('HSET', record, 'text', ARGV[5], 'request', ARGV[6], 'version', int(job.version + 1))
if job.status == 'running' then redis.call('HSET', record, 'redo', ARGV[7]) end
-- What versions of a model said of them differently, too.
redis.call('HDEL', record, 'differs')
if ARGV[8] ~= '' then
  more = more + #ARGV[8] - #(redis.call('GET', result) or ARGV[8])
  redis.call('SET', result, ARGV[8], 'XX', 'KEEPTTL')
  tally(tenant, job.tally, -1, job)
  redis.call('HDEL', record, 'tally')
  if ARGV[9] ~= '' then
    tally(tenant, ARGV[9], 1)
    redis.call('HSET', record, 'tally', ARGV[9])
  end
end
if job.bytes then
  redis.call('HINCRBY', record, 'bytes', more)
  count_stored(tenant, more)
end
note_erasure(now_ms())
local about = key.batch(tenant, batch)
local status = redis.call('HGET', about, 'status')
if not status then return 1 end
for name, lines in pairs({ succeeded = good, skipped = skipped }) do
  if lines > 0 then
    redis.call('HINCRBY', about, name, -lines)
    redis.call('HINCRBY', about, 'failed', lines)
  end
end
announce(join_task(tenant, batch), redis.call('HINCRBY', about, 'version', 1), status)
-- Whoever was told of them is to forget them, too.
if ARGV[12] ~= '' then emit(tenant, 'batch.lines_deleted', batch, now_ms(), { 'lines', ARGV[12] }) end
return 1
