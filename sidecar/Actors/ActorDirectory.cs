using Sidecar.Names;

namespace Sidecar.Actors;

/// <summary>The actors of the apps whose sidecars run in this process.</summary>
internal interface ILocalActors
{
    /// <summary>Returns the actors of the healthy app that hosts the type; null if there is none in this process.</summary>
    ActorHost? FindHost(string actorType);
}

/// <summary>
/// Finds the app that hosts an actor type: among the apps of this process, and, for a process with one app only, among the single sidecars
/// of this user. Apps of one process are a system of their own; another system on this machine may host the same types.
/// </summary>
/// <param name="registry">Null in a process with several apps.</param>
internal sealed class ActorDirectory(ILocalActors local, SidecarRegistry? registry)
{
    public ActorHost? FindHere(string actorType) => local.FindHost(actorType);

    /// <summary>Returns the internal address of the sidecar whose app hosts the type; null if there is none.</summary>
    public Uri? FindElsewhere(string actorType) => registry?.FindHost(actorType)?.Address;
}
