-- uses: attempt
-- Takes waiting messages, in the order of the queues, and starts an attempt at each of their jobs.
-- KEYS: queues by priority   ARGV: most jobs, most sentences, lease in ms, idle (1: the device has nothing to do),
--   the name to claim under
-- Returns a list of {'job', name, value, ...} (see `claim_of`) and {'message', tag, message} for messages that some
-- other Celery client sent.
-- A job whose worker died (strikes > 0) is a suspect: it is taken alone, and only by an idle worker, so that it can
-- take no neighbour with it.
local most, budget, lease, idle = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local out, weight = {}, 0
fire_due(now, 100)

-- The delivery tag, task id and task name of a Celery message; nothing for anything else.
local function read(message)
  local ok, envelope = pcall(cjson.decode, message)
  if not (ok and type(envelope) == 'table' and type(envelope.properties) == 'table'
    and type(envelope.headers) == 'table' and type(envelope.headers.id) == 'string'
    and type(envelope.properties.delivery_tag) == 'string') then return end
  return envelope.properties.delivery_tag, envelope.headers
end

for _, queue in ipairs(KEYS) do
  while #out < most and weight < budget do
    local message = redis.call('RPOP', queue)
    if not message then
      count_empty(queue)
      break
    end
    local tag, headers = read(message)
    if not tag then
      -- Kept for the operator, out of everybody's way.
      redis.call('LPUSH', key.rejected, message)
      redis.call('LTRIM', key.rejected, 0, 999)
      redis.call('HINCRBY', key.counters, 'rejected', 1)
    else
      local tenant, id = split_task(headers.id)
      local record, job = key.job(tenant, id), {}
      if headers.task == 'kritiq.predict' or headers.task == 'kritiq.analyze' then
        job = get(record, 'status', 'attempt', 'weight', 'strikes', 'deadline_at')
      end
      if not job.status then
        if headers.origin == 'kritiq' then
          -- One of ours whose record was deleted.
          count_out_gone(record, queue)
        else
          claim_message(tag, queue, message, now, lease)
          out[#out + 1] = { 'message', tag, message }
          weight = weight + 1
        end
      elseif job.status ~= 'queued' then
        -- Ended meanwhile, or a second message for a job that an attempt holds.
        count_out_gone(record, queue, job.weight)
      elseif tonumber(job.strikes) > 0 and (#out > 0 or not idle) then
        redis.call('RPUSH', queue, message)
        return out
      elseif job.deadline_at and tonumber(job.deadline_at) <= now then
        count_out(queue, job.weight)
        finish(tenant, id, 'expired', now, { message = DEADLINE_PASSED })
      else
        -- The message keeps its delivery tag over all attempts; a late one must not name the claim of the next.
        tag = tag .. '/' .. job.attempt .. '/' .. ARGV[5]
        count_out(queue, job.weight)
        claim_message(tag, queue, message, now, lease)
        start(tenant, id, tag, job.weight, now, lease)
        out[#out + 1] = { 'job', unpack(claim_of(tenant, id, tag, now)) }
        weight = weight + tonumber(job.weight)
        if tonumber(job.strikes) > 0 then return out end
      end
    end
  end
end
return out
