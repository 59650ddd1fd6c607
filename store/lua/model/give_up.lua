-- uses: attempt
-- Fails jobs that wait for a version of a model which no worker has served for too long. Their texts are kept for the
-- operator, as those of other jobs that nobody could judge.
-- ARGV: version, why, most of a list, then the lanes   Returns how many have failed.
local now, ended = now_ms(), 0
even_when_full()
local err = cjson.encode({ code = 'unknown_model', message = ARGV[2] })
for i = 4, #ARGV do
  local list = key.model_list(ARGV[i], ARGV[1])
  for _ = 1, math.min(tonumber(ARGV[3]), redis.call('LLEN', list)) do
    local task = task_of(redis.call('LRANGE', list, -1, -1)[1])
    local tenant, id, job
    if task then
      tenant, id = split_task(task)
      job = get(key.job(tenant, id), 'status', 'queue', 'list', 'weight')
    end
    if not task or job.status == 'queued' and (job.queue ~= MODEL_QUEUE or job.list ~= list) then
      -- Not one of these.
      redis.call('LMOVE', list, list, 'RIGHT', 'LEFT')
    else
      redis.call('LTRIM', list, 0, -2)
      if job.status == 'queued' then
        count_out(tenant, MODEL_QUEUE, job.weight)
        redis.call('ZADD', key.dead(tenant), int(now), id)
        finish(tenant, id, 'failed', now, { message = ARGV[2], fields = { 'error', err } })
        ended = ended + 1
      else
        -- Called off or deleted meanwhile.
        count_out_gone(key.job(tenant, id), tenant, MODEL_QUEUE, job.weight)
      end
    end
  end
end
return ended
