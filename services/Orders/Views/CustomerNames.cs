using ServiceDefaults.Events;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>Stored format.</summary>
internal sealed record KnownCustomer(string Name, int Version);

internal sealed record CustomerNotification(string EventId, string CustomerId, int Version, string Name);

/// <summary>Stores the current names of customers from their events; a higher version is newer.</summary>
internal sealed class CustomerNames(ViewState state)
{
    public async Task<Delivery> HandleAsync(IncomingEvent<CustomerNotification> received, CancellationToken cancellation)
    {
        var key = ViewKeys.CustomerName(received.Data.CustomerId);
        await state.EnsureAsync([key], new KnownCustomer(received.Data.Name, 0), cancellation);
        var kept = (await state.ReadAsync([key], cancellation))[key];
        if (kept.As<KnownCustomer>()!.Version >= received.Data.Version)
        {
            return Delivery.Done;
        }
        return
            await state.WriteAsync(
                [new RecordChange(key, new KnownCustomer(received.Data.Name, received.Data.Version), kept.ETag)],
                cancellation
            ) == WriteResult.Written
            ? Delivery.Done
            : Delivery.Retry;
    }
}

internal static class ViewEndpoints
{
    public static void MapViews(this IEndpointRouteBuilder routes) =>
        routes.MapEvent<CustomerNotification, CustomerNames>("/events/customers", (names, received, cancellation) =>
            names.HandleAsync(received, cancellation)
        );
}
