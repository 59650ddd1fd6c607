-- uses: batch_rest
-- Takes a batch away: from now on nobody sees it. Some of its chunks go at once, the rest by `batch/go_on`, or when it
-- is asked again meanwhile.
-- ARGV: tenant, id, most chunks, version that it must have or ''
-- Returns how many chunks are left, -1 when it was not there, -2 to be asked once more, -3 when it has another version
local tenant, id, now = ARGV[1], ARGV[2], now_ms()
local record = key.batch(tenant, id)
even_when_full()
local batch = get(record, 'chunks', 'gone', 'rest', 'request', 'others', 'all_named', 'version')
if not batch.chunks then
  -- What people said of its lines may outlive it.
  if not batch.rest and forget_lines(tenant, id, tonumber(ARGV[3]) * TOLD_IN_A_CHUNK) then return -2 end
  -- As in `job/delete`.
  tell_archive(tenant, 'deleted', id, true)
  if redis.call('EXISTS', key.unsent(tenant, 'batch', id)) == 1 then emit(tenant, 'batch.deleted', id, now) end
  redis.call('DEL', key.unsent(tenant, 'batch', id))
  if not (batch.gone and batch.rest) then return -1 end
  -- Whoever deleted it went away before all of its chunks were.
  redis.call('ZADD', key.expiring, int(now), join_task(tenant, id))
  local left = go_on(tenant, id, tonumber(ARGV[3]), now)
  return left
end
if ARGV[4] ~= '' and batch.version ~= ARGV[4] then return -3 end
-- Whoever was told of it is to forget it, too; see `job/delete`.
emit(tenant, 'batch.deleted', id, now)
-- The archive has lines of it; those that it has not been told of yet are told with their chunks.
tell_archive(tenant, 'deleted', id)
redis.call('ZREM', key.batches(tenant), id)
redis.call('DEL', key.batch_authors(tenant, id), key.unsent(tenant, 'batch', id))
-- No webhook has anything of it to tell any more; what its chunks go by stays with them.
redis.call('HDEL', record, 'status', 'chunks', 'created_at')
redis.call('HSET', record, 'gone', 1)
begin_rest(tenant, id, batch.chunks, now)
-- As `jobs.batch.Batch.within` has it.
local about = batch.others
if not batch.all_named then
  local own = batch.request and cjson.decode(batch.request).restaurant
  own = own ~= cjson.null and own or ''
  about = about and own .. ',' .. about or own
end
announce_deleted(join_task(tenant, id), about)
local left = go_on(tenant, id, tonumber(ARGV[3]), now)
return left
