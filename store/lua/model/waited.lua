-- uses: model_lists
-- Returns the versions of models that jobs wait for (`key.model_list`), each as often as lanes have some.
local found = {}
for lane, list in each_model_list() do
  if redis.call('EXISTS', list) == 1 then found[#found + 1] = string.sub(list, #MODEL_LISTS + #lane + 2) end
end
return found
