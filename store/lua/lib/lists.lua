-- What stands in lists that change seldom, and restaurants' sums: whoever listens to all of an organisation's hears that it
-- has changed.

-- `list` is a value of store.lists.Listed. `tenant`: '*' for what is the whole deployment's. `about`: of lists whose entries are
-- of restaurants, to which the entry is limited (a,b); none: to nothing.
local function announce_list(tenant, list, about)
  redis.call('PUBLISH', key.lists(tenant), about and about ~= '' and list .. ' ' .. about or list)
end

-- What guests say of these restaurants, names with a space between each, is not what it was.
local function announce_restaurants(tenant, names) redis.call('PUBLISH', key.lists(tenant), 'restaurants ' .. names) end
