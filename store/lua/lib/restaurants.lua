-- Endpoints that are limited to restaurants: whose events they get, and since when. What an endpoint asked for stands in
-- `key.endpoints` as `event,event`, of a limited one as `event,event|restaurant,restaurant`. Its record has for each
-- restaurant `granted:restaurant_at`, from when on it is told of it; `granted:*_at` while it is told of all.

local function has(list, item) return string.find(',' .. list .. ',', ',' .. item .. ',', 1, true) ~= nil end

-- What an event about a job or batch tells of it: its record, or what was kept of that when its time was over.
local function told_from(tenant, about, subject)
  local record = about == 'job' and key.job(tenant, subject) or key.batch(tenant, subject)
  if redis.call('HEXISTS', record, 'status') == 1 then return record end
  return key.unsent(tenant, about, subject)
end

-- The restaurant that a webhook event is about: of a batch the one of all of its lines, said by themselves or by the batch; nil
-- for none, and for several.
local function restaurant_of(tenant, event, subject)
  local about = string.match(event, '^(%a+)%.')
  if about == 'job' then return redis.call('HGET', told_from(tenant, 'job', subject), 'restaurant') or nil end
  if about ~= 'batch' then return nil end
  local batch = get(told_from(tenant, 'batch', subject), 'request', 'others', 'all_named')
  if batch.others then return batch.all_named and string.match(batch.others, '^[^,*]+$') end
  local restaurant = batch.request and cjson.decode(batch.request).restaurant
  return restaurant and restaurant ~= cjson.null and restaurant or nil
end

-- Whether an endpoint asked for this event. `asked` is its entry in `key.endpoints`.
local function wants(asked, tenant, event, subject)
  local events, only = string.match(asked, '^([^|]*)|?(.*)$')
  if not has(events, event) then return false end
  if only == '' then return true end
  local restaurant = restaurant_of(tenant, event, subject)
  return restaurant ~= nil and has(only, restaurant)
end

-- Whether an endpoint, enabled or not, asks for this event by now.
local function asks_for(base, event)
  local asked = string.gsub(redis.call('HGET', base, 'events') or '', '=%d+', '')
  return has(asked, event)
end

-- The events that tell that a job, a batch or lines of one were deleted. When they are sent, its record may be there no
-- more.
local function is_erasure(event) return string.sub(event, -7) == 'deleted' end

local function granted_at(restaurant) return 'granted:' .. restaurant .. '_at' end

-- From when on an endpoint may be told of a restaurant (nil: of what belongs to none); nil when it may not.
local function granted(base, restaurant)
  local e = get(base, 'restaurants', 'created_at')
  if (e.restaurants or '') == '' then return tonumber(redis.call('HGET', base, granted_at('*')) or e.created_at or 0) end
  if not restaurant or not has(e.restaurants, restaurant) then return nil end
  return tonumber(redis.call('HGET', base, granted_at(restaurant)) or e.created_at)
end

-- Notes from when on the restaurants that an endpoint now has are granted: those that it had `before`, as they were.
local function grant(base, before, now)
  local e, since = get(base, 'restaurants', 'created_at', granted_at('*')), {}
  if before == e.restaurants then return end
  local all = before == '' and (e[granted_at('*')] or e.created_at)
  for restaurant in string.gmatch(before or '', '[^,]+') do
    since[restaurant] = redis.call('HGET', base, granted_at(restaurant))
    redis.call('HDEL', base, granted_at(restaurant))
  end
  redis.call('HDEL', base, granted_at('*'))
  if e.restaurants == '' then redis.call('HSET', base, granted_at('*'), int(now)) end
  for restaurant in string.gmatch(e.restaurants, '[^,]+') do
    redis.call('HSET', base, granted_at(restaurant), since[restaurant] or all or int(now))
  end
end
