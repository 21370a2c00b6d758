using Sidecar.Components;
using Sidecar.Resources;

namespace Sidecar.State;

/// <summary>Finds the store of an app's actors and workflows: the one flagged as <c>actorStateStore</c>.</summary>
internal static class ActorStateStores
{
    extension(ComponentSet components)
    {
        /// <summary>Null if no store is flagged.</summary>
        public StateStoreComponent? ActorStateStore =>
            components.Of<StateStoreComponent>().Values.FirstOrDefault(store => store.ActorStateStore);

        /// <summary>The resource that it was opened from; null when none is flagged.</summary>
        public Component? ActorStateStoreResource =>
            components.Loaded.FirstOrDefault(component => component.Instance is StateStoreComponent { ActorStateStore: true })?.Resource;
    }
}
