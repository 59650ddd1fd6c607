-- uses: delivery
-- Redis needs the room: forgets deliveries that have ended, the oldest first, whosever they are. Those that wait or are on
-- their way stay. ARGV: most   Returns how many that were
local most, forgotten = tonumber(ARGV[1]), 0
even_when_full()

local function forget(tenant, msg)
  local record = key.delivery(tenant, msg)
  local d = get(record, 'status', 'endpoint', 'subject')
  if d.status == 'pending' or d.status == 'sending' then return end
  redis.call('DEL', record, record .. ':attempts')
  redis.call('ZREM', key.deliveries(tenant), msg)
  if d.subject then redis.call('ZREM', key.deliveries_of(tenant, d.subject), msg) end
  if d.endpoint then redis.call('ZREM', key.endpoint(tenant, d.endpoint) .. ':deliveries', msg) end
  forgotten = forgotten + 1
end

-- Each organisation with its oldest delivery.
local oldest = {}
for _, tenant in ipairs(redis.call('ZRANGE', key.tenant_flows, 0, -1)) do
  local first = redis.call('ZRANGE', key.deliveries(tenant), 0, 0, 'WITHSCORES')[2]
  if first then oldest[#oldest + 1] = { tenant = tenant, at = tonumber(first) } end
end
table.sort(oldest, function(a, b) return a.at < b.at end)
for i, whose in ipairs(oldest) do
  if forgotten >= most then break end
  -- As far as the next one's oldest, and an hour, so that many who take turns do not take a call each.
  local following = oldest[i + 1]
  local last = following and int(following.at + 3600000) or '+inf'
  local index = redis.call('ZRANGEBYSCORE', key.deliveries(whose.tenant), '-inf', last, 'LIMIT', 0, 5 * most)
  for _, msg in ipairs(index) do
    if forgotten < most then forget(whose.tenant, msg) end
  end
end
return forgotten
