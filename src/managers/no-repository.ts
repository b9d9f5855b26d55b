/**
 * What a refresh says where there is nothing to refresh: its manager ends well, and whatever is pending it would not know. A host whose
 * repositories want a subscription has none before it is registered.
 */
export const noRepository = 'no repository is enabled';
