using ServiceDefaults.Events;

namespace Orders.Views;

/// <summary>Stored format.</summary>
internal sealed record KnownCustomer(string Name, int Version);

internal sealed record CustomerNews(string EventId, string CustomerId, int Version, string Name);

/// <summary>What customers are called now, from their own events; the version says which is newer.</summary>
internal sealed class CustomerNames(ViewState state)
{
    public async Task<Delivery> HearAsync(IncomingEvent<CustomerNews> told, CancellationToken cancellation)
    {
        var key = ViewKeys.CustomerName(told.Data.CustomerId);
        await state.EnsureAsync([key], new KnownCustomer(told.Data.Name, 0), cancellation);
        var kept = (await state.ReadAsync([key], cancellation))[key];
        if (kept.As<KnownCustomer>()!.Version >= told.Data.Version)
        {
            return Delivery.Done;
        }
        return await state.TryWriteAsync(
            [new ViewChange(key, new KnownCustomer(told.Data.Name, told.Data.Version), kept.ETag)],
            cancellation
        )
            ? Delivery.Done
            : Delivery.Retry;
    }
}
