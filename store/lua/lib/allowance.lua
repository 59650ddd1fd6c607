-- uses: accounting, time, usage
-- How much an organisation may have made: `waiting` sentences at once and sentences on one `day`, as the operator says of it
-- (`key.tenant_limits`) or of all. 0: no limit.

-- Why nothing so heavy may be made for an organisation, or nil. What is to be done `later` fills no queue yet.
local function refuse_own(tenant, weight, most_waiting, most_a_day, now, later)
  local own = redis.call('HMGET', key.tenant_limits(tenant), 'waiting', 'day')
  most_waiting, most_a_day = tonumber(own[1] or most_waiting), tonumber(own[2] or most_a_day)
  if most_waiting > 0 and not later then
    local names, all = {}, 0
    for _, queue in ipairs(QUEUES) do
      for _, total in ipairs({ 'in:', 'out:', 'gone:' }) do names[#names + 1] = total .. queue end
    end
    local flow = redis.call('HMGET', key.tenant_flow(tenant), unpack(names))
    for i = 1, #flow, 3 do all = all + waiting(flow[i], flow[i + 1], flow[i + 2]) end
    if all + weight > most_waiting then return { 'own', int(all), int(most_waiting) } end
  end
  if most_a_day > 0 then
    local used = tonumber(redis.call('HGET', key.usage(tenant, day_of(now)), '||accepted') or 0)
    if used + weight > most_a_day then return { 'day', int(used), int(most_a_day), int(86400000 - now % 86400000) } end
  end
end
