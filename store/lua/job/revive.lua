-- Gives a job whose message or worker is lost a new message. Checked again here, since time has passed.
-- ARGV: task, tenant, id, message, most strikes   Returns 'queued', 'failed' or ''
local task, tenant, id, message, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local now = now_ms()
even_when_full()
local key = record_key(tenant, id)
local job = get(key, 'status', 'tag', 'queue', 'queue_mark', 'weight', 'strikes')
if job.status == 'running' then
  if redis.call('ZSCORE', 'kritiq:leases', job.tag or '') then return '' end
  unhold(job.weight)
  local strikes = strike(key, most)
  if strikes >= most then
    lose(task, tenant, id, strikes, now)
    return 'failed'
  end
elseif job.status == 'queued' then
  local out = tonumber(redis.call('HGET', 'kritiq:flow', 'out:' .. job.queue) or 0)
  if out < tonumber(job.queue_mark) then return '' end
else
  return ''
end
requeue(task, tenant, id, job.queue, message, job.weight, now)
return 'queued'
