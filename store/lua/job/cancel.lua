-- uses: job_end
-- Calls a job off: at once while it waits, by request while an attempt holds it.
-- ARGV: tenant, id, version that it must have or ''
-- Returns {'missing'} | {'moved'}: another version | {'ended', status} | {'canceled'} | {'requested'}
local tenant, id = ARGV[1], ARGV[2]
even_when_full()
local record = key.job(tenant, id)
local status = redis.call('HGET', record, 'status')
if not status then return { 'missing' } end
if ARGV[3] ~= '' and redis.call('HGET', record, 'version') ~= ARGV[3] then return { 'moved' } end
if status == 'canceled' then return { 'canceled' } end
if TERMINAL[status] then return { 'ended', status } end
if status == 'running' then
  if redis.call('HSET', record, 'cancel_requested', '1') == 1 then
    announce(join_task(tenant, id), redis.call('HINCRBY', record, 'version', 1), status)
  end
  return { 'requested' }
end
finish_waiting(tenant, id, 'canceled', now_ms(), 'The job was canceled.')
return { 'canceled' }
