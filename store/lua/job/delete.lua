-- uses: job_purge, feedback
-- Purges a job, whatever its state.
-- ARGV: tenant, id, version that it must have or ''   Returns 1, 0 when it was not there, -1 when it has another version

-- A Celery client that waits for its task hears that there will be no result: it is revoked. That holds no text, and
-- stays when the rest goes.
local function revoke(tenant, id)
  local status = redis.call('HGET', key.job(tenant, id), 'status')
  if status == 'running' then
    finish(tenant, id, 'canceled', now_ms(), { message = 'The job was deleted.' })
  else
    finish_waiting(tenant, id, 'canceled', now_ms(), 'The job was deleted.')
  end
  return redis.call('GET', key.result(celery_id(join_task(tenant, id))))
end

local tenant, id = ARGV[1], ARGV[2]
even_when_full()
local job = get(key.job(tenant, id), 'status', 'native', 'batch', 'waiter', 'restaurant', 'version')
if job.status and ARGV[3] ~= '' and job.version ~= ARGV[3] then return -1 end
if job.status then
  local meta
  if job.native and not TERMINAL[job.status] then meta = revoke(tenant, id) end
  -- Whoever was told of it is to forget it, too. While its record is there, so that the delivery has what there is to tell.
  if not job.batch then emit(tenant, 'job.deleted', id, now_ms()) end
  purge(tenant, id)
  announce_deleted(join_task(tenant, id), job.restaurant)
  -- Without what it said: who waits looks, and finds it gone.
  if job.waiter then redis.call('PUBLISH', key.ends(job.waiter), join_task(tenant, id)) end
  if meta then redis.call('SET', key.result(celery_id(join_task(tenant, id))), meta, 'PX', int(GONE_MS)) end
else
  -- The archive may have what is past its time here. Anybody may name any id, so that these do not fill the outbox.
  tell_archive(tenant, 'deleted', id, true)
  -- A receiver may have what it was sent last, though its answer was none.
  if redis.call('EXISTS', key.unsent(tenant, 'job', id)) == 1 then emit(tenant, 'job.deleted', id, now_ms()) end
  forget_left(tenant, id)
end
-- What people said of it may outlive it.
forget_feedback(tenant, id)
return job.status and 1 or 0
