-- What Prometheus is told of jobs (`kritiq:metrics`): only the scripts know of every end, whoever brings it about. The
-- names are those of telemetry/metric.py, the fields those of telemetry/meter.py.

-- A job that ends later than this after it could have begun is late.
local PROMISED_MS = 30000

-- A queue's name as a label: `normal` of `kritiq.normal`.
local function short(queue) return string.match(queue or '', '^kritiq%.(%w+)$') or 'none' end

-- The code of a job's error among fields of its record, or nothing.
local function error_code(fields)
  for i = 1, #(fields or {}), 2 do
    if fields[i] == 'error' then return cjson.decode(fields[i + 1]).code end
  end
end

-- The class that the operator gave an organisation (store/tenants.py). Of several jobs that one call ends it is asked once.
local classes = {}
local function class_of(tenant)
  if not classes[tenant] then classes[tenant] = redis.call('HGET', key.tenant_classes, tenant) or 'standard' end
  return classes[tenant]
end

-- A job of `tenant` has ended `waited` ms after it could have begun.
local function meter_end(tenant, queue, status, fields, waited)
  local name, reason, class = short(queue), status == 'failed' and error_code(fields) or '', class_of(tenant)
  redis.call('HINCRBY', key.metrics, 'kritiq_jobs_ended|' .. name .. '|' .. status .. '|' .. reason .. '|' .. class, 1)
  if waited > PROMISED_MS then redis.call('HINCRBY', key.metrics, 'kritiq_jobs_late|' .. name .. '|' .. class, 1) end
end

-- Somebody has said how a sentence was meant: `right`, as it was judged, or `corrected`.
local function meter_feedback(verdict) redis.call('HINCRBY', key.metrics, 'kritiq_feedback|' .. verdict, 1) end

-- An attempt came to nothing: `strike`, its worker was lost; `released`, it was handed back.
local function meter_lost(reason) redis.call('HINCRBY', key.metrics, 'kritiq_attempts_lost|' .. reason, 1) end
