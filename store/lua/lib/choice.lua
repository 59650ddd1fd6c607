-- uses: accounting, model_lists
-- Which version of a model judges a job, and where the job waits when whoever took it has not got that.
--
-- An alias is looked up when a job is first claimed. Its record keeps what came of it (`by`), so that no later attempt is
-- judged by another version; the chunks of a batch have it from the batch. While nobody has moved the alias `default`, jobs
-- that name no model have no version: each worker judges them with its own.
--
-- Whoever takes a job off its queue that needs a version which it does not serve puts its message into a list of that
-- version (`key.model_list`). The job waits on as it did, as one of MODEL_QUEUE, whose lists are looked at before all others:
-- what lies there has had its turn. tests/support/model_choice.py does the same in memory.

-- In a rollout (`jobs.rollout`) what the candidate got and has not judged is others' again as soon as the alias does not stand
-- for it any more; so is what an alias chose a version for that no worker serves any more (`model/take_back`).

-- What was looked up in this call.
local looked_up = {}
local function alias(name)
  if looked_up[name] == nil then
    local kept = redis.call('HGET', key.aliases, name)
    looked_up[name] = kept and cjson.decode(kept)
  end
  return looked_up[name]
end

-- A number below `of`, the same for the same words.
local function number_of(of, ...)
  local digest = redis.sha1hex(table.concat({ ... }, '\n'))
  return math.floor(tonumber(string.sub(digest, 1, 8), 16) * of / 4294967296)
end

-- The version of a split alias that something falls to, and its share: the same as long as the shares are.
local function arm_of(name, versions, what)
  local total = 0
  for _, row in ipairs(versions) do total = total + row[2] end
  local point = number_of(total, name, what)
  for _, row in ipairs(versions) do
    if point < row[2] then return row[1], row[2] end
    point = point - row[2]
  end
end

-- What a share of a split alias goes by: the restaurant of a job or of its batch, if it has one.
local function split_by(tenant, id, batch)
  if not batch then return redis.call('HGET', key.job(tenant, id), 'restaurant') or id end
  local request = redis.call('HGET', key.batch(tenant, batch), 'request')
  local restaurant = request and cjson.decode(request).restaurant
  return restaurant and restaurant ~= cjson.null and restaurant or batch
end

-- What an alias comes to for a job, as `jobs.choice.Choice` has it; nothing where there is no such alias.
local function looked_up_for(tenant, id, batch, name)
  local found = alias(name)
  if not found then return end
  local choice = { version = found.versions[1][1], alias = name }
  if #found.versions > 1 then choice.version, choice.share = arm_of(name, found.versions, split_by(tenant, id, batch)) end
  if found.shadow ~= cjson.null then choice.shadow = found.shadow end
  local rollout = found.rollout
  if rollout and rollout.state == 'running' then
    choice.rollout = rollout.number
    if choice.version == rollout.candidate then choice.shadow = rollout.stable end
  end
  return cjson.encode(choice)
end

-- What is kept of a choice for one job or chunk: a few of a split alias are judged by another one of its versions, too
-- (`jobs.alias.Alias.compare`). That goes by the job, whatever its restaurant or batch falls to.
local function with_comparison(by, id)
  local choice = cjson.decode(by)
  local found = choice.share and not choice.shadow and not choice.rollout and alias(choice.alias)
  if not found or number_of(100, 'compare', choice.alias, id) >= (found.compare or 0) then return by end
  local others = {}
  for _, row in ipairs(found.versions) do
    if row[1] ~= choice.version then others[#others + 1] = row[1] end
  end
  choice.shadow = others[1 + number_of(#others, 'other', choice.alias, id)]
  return cjson.encode(choice)
end

-- What a choice has become. Nothing when it is to be made anew: the alias does not stand for its version any more, and that is
-- the candidate of a rollout, or `gone`.
local function still(by, gone)
  local choice = by and cjson.decode(by)
  if not choice or not choice.alias then return by end
  if not (choice.rollout and choice.shadow) and choice.version ~= gone then return by end
  for _, row in ipairs((alias(choice.alias) or { versions = {} }).versions) do
    if row[1] == choice.version then return by end
  end
end

-- Where a batch keeps what an alias came to for its chunks: those whose lines name another one have a field of their own.
local function kept_as(batch, name)
  return name == (redis.call('HGET', batch, 'wants') or DEFAULT_ALIAS) and 'by' or 'by:' .. name
end

-- The version that is to judge a job, and what is to be kept of that. `found` is what `claimable` read; `gone`, if anything, is
-- a version that no worker serves.
local function choose(tenant, id, found, gone)
  local named, batch, by = found[4], found[CLAIMED_BATCH], still(found[#found], gone)
  if not by and named and string.find(named, '/', 1, true) then return named, cjson.encode({ version = named }) end
  if not by then
    -- One that was deleted meanwhile stands for what `default` does.
    local name, of_batch = named and alias(named) and named or DEFAULT_ALIAS, batch and key.batch(tenant, batch)
    local field = batch and alias(name) and kept_as(of_batch, name)
    by = field and still(redis.call('HGET', of_batch, field), gone) or looked_up_for(tenant, id, batch, name)
    if not by then return end
    if batch then redis.call('HSET', of_batch, field, by) end
    by = with_comparison(by, id)
  end
  return cjson.decode(by).version, by
end

-- Has a job whose message was counted out of `queue` wait for a worker that serves the version.
local function wait_for_model(tenant, id, queue, message, weight, version, by)
  local list = key.model_list(LANE_OF[queue] or 'bulk', version)
  local mark, place = count_in(tenant, MODEL_QUEUE, weight)
  redis.call('ZREM', key.marks(tenant, queue), id)
  redis.call('ZADD', key.marks(tenant, MODEL_QUEUE), mark, id)
  redis.call('HSET', key.job(tenant, id), 'queue', MODEL_QUEUE, 'queue_mark', mark, 'queue_place', place, 'list', list, 'by', by)
  note_begun(tenant, id, list, redis.call('LPUSH', list, message))
end
