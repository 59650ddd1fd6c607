-- Takes waiting messages, in the order of the queues, and starts an attempt at each of their jobs.
-- KEYS: queues by priority   ARGV: most jobs, most sentences, lease in ms, idle (1: the device has nothing to do),
--   the name to claim under
-- Returns a list of {'job', tag, tenant, id, attempt, text, options, weight, queue_ms, ttl_ms, chunk,
-- grouped, suspect, culprits} and -- {'native', tag, message} for messages that some other Celery client sent.
-- A job whose worker died (strikes > 0) is a suspect: it is taken alone, and only by an idle worker, so that it can
-- take no neighbour with it.
local most, budget, lease, idle = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local out, weight = {}, 0

local function hold(tag, queue, message)
  redis.call('HSET', 'kritiq:claims', tag, queue .. '\n' .. message)
  redis.call('ZADD', 'kritiq:leases', int(now + lease), tag)
end

for _, queue in ipairs(KEYS) do
  while #out < most and weight < budget do
    local message = redis.call('RPOP', queue)
    if not message then
      -- Empty: whatever the totals disagree on was counted for messages that were lost.
      local total = redis.call('HMGET', 'kritiq:flow', 'in:' .. queue, 'jobs_in:' .. queue)
      if total[1] then redis.call('HSET', 'kritiq:flow', 'out:' .. queue, total[1], 'jobs_out:' .. queue, total[2],
        'gone:' .. queue, 0, 'jobs_gone:' .. queue, 0) end
      break
    end
    local ok, envelope = pcall(cjson.decode, message)
    local tag = ok and type(envelope) == 'table' and type(envelope.properties) == 'table'
      and type(envelope.headers) == 'table' and type(envelope.headers.id) == 'string'
      and envelope.properties.delivery_tag
    if type(tag) ~= 'string' then
      -- Not a Celery message: kept for the operator, out of everybody's way.
      redis.call('LPUSH', 'kritiq:rejected', message)
      redis.call('LTRIM', 'kritiq:rejected', 0, 99)
    else
      local task = type(envelope.headers) == 'table' and envelope.headers.id
      local tenant, id, job
      local kind = type(task) == 'string' and envelope.headers.task
      if kind == 'kritiq.predict' or kind == 'kritiq.analyze' then
        tenant, id = split_task(task)
        job = get(record_key(tenant, id), 'status', 'attempt', 'text', 'options', 'weight', 'queued_at', 'ttl_ms',
          'strikes', 'deadline_at', 'batch', 'restaurant', 'culprits')
      end
      if not (job and job.status) then
        if envelope.headers and envelope.headers.origin == 'kritiq' then
          -- One of ours whose record was deleted.
          if tenant then pass(record_key(tenant, id), queue) end
        else
          hold(tag, queue, message)
          out[#out + 1] = { 'native', tag, message }
          weight = weight + 1
        end
      elseif job.status ~= 'queued' then
        -- Ended meanwhile, or a second message for a job that an attempt holds.
        pass(record_key(tenant, id), queue, job.weight)
      elseif tonumber(job.strikes) > 0 and (#out > 0 or not idle) then
        redis.call('RPUSH', queue, message)
        return out
      elseif job.deadline_at and tonumber(job.deadline_at) <= now then
        count_out(queue, job.weight)
        finish(task, tenant, id, 'expired', now, nil, 'The deadline passed before the job was done.')
      else
        local key = record_key(tenant, id)
        -- The message keeps its delivery tag over all attempts; a late one must not name the claim of the next.
        tag = tag .. '/' .. job.attempt .. '/' .. ARGV[5]
        local version = redis.call('HINCRBY', key, 'version', 1)
        redis.call('HSET', key, 'status', 'running', 'started_at', int(now), 'tag', tag)
        redis.call('ZADD', 'kritiq:live', int(now + lease), task)
        redis.call('HINCRBY', 'kritiq:flow', 'held', job.weight)
        count_out(queue, job.weight)
        hold(tag, queue, message)
        announce(task, version, 'running')
        out[#out + 1] = { 'job', tag, tenant, id, job.attempt, job.text, job.options, job.weight,
          int(now - tonumber(job.queued_at)), job.ttl_ms, job.batch and '1' or '', job.restaurant and '1' or '',
          tonumber(job.strikes) > 0 and '1' or '', job.culprits or '' }
        weight = weight + tonumber(job.weight)
        if tonumber(job.strikes) > 0 then return out end
      end
    end
  end
end
return out
