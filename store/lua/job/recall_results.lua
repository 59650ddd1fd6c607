-- Puts packed results back where Celery looks, for a while, and tells those who wait there.
-- ARGV: how long in ms, then per result: tenant, id, SHA-1 of what was read, the result in Celery's format, without its
--   brace and the time of its end
-- Returns how many were put back.
local now, put = now_ms(), 0
even_when_full()
for i = 2, #ARGV, 4 do
  local tenant, id = ARGV[i], ARGV[i + 1]
  local result = key.result(celery_id(join_task(tenant, id)))
  local job = get(key.job(tenant, id), 'packed', 'whole', 'finished_at', 'expires_at')
  local short = job.whole or job.packed
  local left = math.min(tonumber(ARGV[1]), tonumber(job.expires_at or 0) - now)
  -- Meanwhile it may have been deleted, or another may have done this.
  if short and redis.sha1hex(short) == ARGV[i + 2] and left >= 1 and redis.call('EXISTS', result) == 0 then
    local meta = '{"date_done":"' .. iso(tonumber(job.finished_at)) .. '",' .. ARGV[i + 3]
    redis.call('SET', result, meta, 'PX', int(left))
    redis.call('PUBLISH', result, meta)
    put = put + 1
  end
end
return put
