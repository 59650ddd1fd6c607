-- uses: model_lists
-- Whose turn it is. In a queue lie the messages of the default organisation, Celery clients' own among them. Those of the
-- others wait apart, in a list for each (`key.waiting`), and within a queue all take turns by sentences: each has had done
-- about as much as any other while both had something waiting, whatever their messages weigh (start-time fair queuing, a
-- deficit round robin whose ring is sorted).
--
-- `key.turns` has, of who waits or was served lately, from when on it is its turn: thousandths of sentences of a virtual
-- time, which stands at the turn that was served last (`at` in `key.turn`). Whoever comes anew begins there, one thousandth
-- after who came before, and each message moves its organisation's next turn by its weight. Who has nothing waiting stays
-- until its turn comes, so that coming and going gains nothing. All that is O(log n).
--
-- Stock Celery workers and idle ones look at the queue alone, and so nobody waits apart beside an empty queue: then the
-- message whose turn is next is called up to the queue's head (`called` in `key.turn` says whose). When nobody waits at all,
-- a message goes right into the queue.
-- tests/support/model_turns.py does the same in memory. Redis builds the functions of a script at each call, those in here
-- only where somebody waits.

-- Whose message of ours it is, when it is not the default organisation's.
local function whose(message)
  return message and string.match(message, '"task":"kritiq%.predict","id":"([^:"]+):') or false
end

local function turns_of(queue)
  local turns, turn = key.turns(queue), key.turn(queue)

  local function list_of(who) return who == 'default' and queue or key.waiting(who, queue) end

  local function count_apart(messages) redis.call('HINCRBY', key.flow, 'apart:' .. queue, messages) end

  -- Whoever comes anew has its turn now.
  local function join(who) redis.call('ZADD', turns, 'NX', redis.call('HINCRBY', turn, 'at', 1), who) end

  -- Puts the message whose turn is next at the head of its queue, when it is not there already.
  local function call_up()
    while true do
      local first = redis.call('ZRANGE', turns, 0, 0, 'WITHSCORES')
      local who = first[1]
      if not who then return redis.call('DEL', turn) end
      if who == 'default' and redis.call('EXISTS', queue) == 1 then return end
      if who ~= 'default' and redis.call('LMOVE', key.waiting(who, queue), queue, 'RIGHT', 'RIGHT') then
        redis.call('HSET', turn, 'called', who)
        return count_apart(-1)
      end
      redis.call('ZREM', turns, who)
      redis.call('HSET', turn, 'at', int(math.max(redis.call('HGET', turn, 'at') or 0, first[2])))
    end
  end

  -- Takes a message that was called up back to where it waited.
  local function call_back()
    local called = redis.call('HGET', turn, 'called')
    if not called then return end
    redis.call('HDEL', turn, 'called')
    if redis.call('LMOVE', queue, key.waiting(called, queue), 'RIGHT', 'RIGHT') then
      count_apart(1)
      join(called)
    end
  end

  local function whose_head() return whose(redis.call('LRANGE', queue, -1, -1)[1]) end

  -- Turns begin with the message that came while nobody waited at all, if nobody has taken it yet.
  local function begin()
    if redis.call('EXISTS', turns) == 1 then return end
    local first = whose_head()
    if not first then return end
    join(first)
    redis.call('HSET', turn, 'called', first)
  end

  local function put(who, message)
    begin()
    count_apart(1)
    if redis.call('LPUSH', key.waiting(who, queue), message) > 1 then return end
    join(who)
    if redis.call('EXISTS', queue) == 0 then call_up() end
  end

  local function put_in_front(who, message)
    begin()
    call_back()
    local list = list_of(who)
    redis.call('RPUSH', list, message)
    if who == 'default' then return end
    count_apart(1)
    join(who)
    if redis.call('EXISTS', queue) == 0 then call_up() end
  end

  -- A stock worker has taken a message off the queue by itself: the turn goes on.
  local function pass(who, weight)
    redis.call('ZADD', turns, 'XX', 'INCR', int(weight * 1000), who)
    local called = redis.call('HGET', turn, 'called')
    if called and called ~= who and redis.call('EXISTS', queue) == 1 then return end
    redis.call('HDEL', turn, 'called')
    if redis.call('EXISTS', queue) == 1 then join('default') end
    call_up()
  end

  -- A stock worker may have been lost with the message that had been called up.
  local function check()
    if (redis.call('HGET', turn, 'called') or false) ~= whose_head() then redis.call('HDEL', turn, 'called') end
    if redis.call('EXISTS', queue) == 0 then call_up() end
  end

  return {
    put = put, put_in_front = put_in_front, pass = pass, check = check, list_of = list_of, count_apart = count_apart,
    join = join, call_up = call_up, call_back = call_back,
  }
end

-- How many messages lie at the queue's head that were called up: one or none. `head`: the message there.
local function called_up(queue, head)
  local who = whose(head)
  return who and who == redis.call('HGET', key.turn(queue), 'called') and 1 or 0
end

-- Messages of a queue in turns, for whoever claims them.
local function taken_in_turns(queue)
  local all, turns, turn = turns_of(queue), key.turns(queue), key.turn(queue)
  -- Whose turn it is, from when on it would be next, when the next one's is; the virtual time, and how many messages were
  -- taken that waited apart.
  local tenant, score, until_, at, taken = nil, 0, 0, 0, 0

  -- Begins to take messages. Returns whether anybody waits for a turn.
  local function open()
    all.call_back()
    if redis.call('EXISTS', turns) == 0 then return false end
    if redis.call('EXISTS', queue) == 1 then all.join('default') end
    at = tonumber(redis.call('HGET', turn, 'at') or 0)
    return true
  end

  -- Whoever has the turn gives it up with what it had done.
  local function yield()
    if tenant then redis.call('ZADD', turns, int(score), tenant) end
    tenant = nil
  end

  -- The message whose turn is next; nil when none waits.
  local function next_message()
    while true do
      if tenant and score >= until_ then yield() end
      if not tenant then
        local first = redis.call('ZRANGE', turns, 0, 1, 'WITHSCORES')
        if not first[1] then return end
        tenant, score, until_ = first[1], tonumber(first[2]), tonumber(first[4] or math.huge)
      end
      at = math.max(at, score)
      local list = all.list_of(tenant)
      local message = redis.call('RPOP', list)
      if message then
        if tenant ~= 'default' then taken = taken + 1 end
        return message
      end
      redis.call('ZREM', turns, tenant)
      tenant = nil
    end
  end

  -- The message that was taken last was not to be had.
  local function give_back(message)
    local list = all.list_of(tenant)
    redis.call('RPUSH', list, message)
    if tenant ~= 'default' then taken = taken - 1 end
  end

  -- So many sentences are done of whose message was taken last.
  local function charge(weight) score = score + weight * 1000 end

  -- No more messages are taken for now.
  local function close()
    yield()
    redis.call('HSET', turn, 'at', int(at))
    if taken > 0 then all.count_apart(-taken) end
    if redis.call('EXISTS', queue) == 0 then all.call_up() end
  end

  return { open = open, next_message = next_message, give_back = give_back, charge = charge, close = close }
end

-- Lets a message of ours wait behind its organisation's others.
local function put_in(tenant, queue, message)
  if tenant == 'default' or redis.call('EXISTS', queue, key.turns(queue)) == 0 then
    redis.call('LPUSH', queue, message)
  else
    turns_of(queue).put(tenant, message)
  end
end

-- Lets a message wait in front of its organisation's others. What lies in the list of a model, for the job `id`, has had
-- its turn.
local function put_in_front(tenant, queue, message, id)
  if account_of(queue) == MODEL_QUEUE then
    note_begun(tenant, id, queue, redis.call('RPUSH', queue, message))
  else
    turns_of(queue).put_in_front(tenant, message)
  end
end

-- A stock worker has taken a message off the queue by itself: the turn goes on.
local function pass_turn(tenant, queue, weight)
  if redis.call('EXISTS', key.turns(queue)) == 1 then turns_of(queue).pass(tenant, weight) end
end

-- Somebody waits while the queue is empty, or its head is not whose it should be: a stock worker was lost with that.
local function check_turns()
  local turns_everywhere = {}
  for i, queue in ipairs(QUEUES) do turns_everywhere[i] = key.turns(queue) end
  -- Mostly there are none, which one call tells.
  if redis.call('EXISTS', unpack(turns_everywhere)) == 0 then return end
  for _, queue in ipairs(QUEUES) do
    if redis.call('EXISTS', key.turns(queue)) == 1 then turns_of(queue).check() end
  end
end
