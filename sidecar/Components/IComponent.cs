namespace Sidecar.Components;

/// <summary>An opened component of exactly one building block. Its owner disposes of it once, after the last use.</summary>
internal interface IComponent : IAsyncDisposable
{
    /// <summary>Components of a lower rank close first.</summary>
    ClosingRank ClosingRank => ClosingRank.Other;
}

/// <summary>
/// The order in which the components of an app close: brokers before stores, which the handlers of their messages may use.
/// </summary>
internal enum ClosingRank
{
    Broker,
    Other,
    Store,
}
