/** On every container of an agent: the name of its node. Agents on one machine keep apart by it. */
export const NODE_LABEL = 'podo.node'
