using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;
using ServiceDefaults.State;

namespace Customers.Registry;

internal static class CustomerEndpoints
{
    public static void MapCustomers(this IEndpointRouteBuilder routes)
    {
        var customers = routes.MapGroup("/customers");
        customers.MapPost("/", RegisterAsync).Admit(CallerKinds.Everybody);
        customers
            .MapGet("/{customerId}", FindAsync)
            .AddEndpointFilter(OnlyOwnAsync)
            .Admit(CallerKinds.Customers | CallerKinds.Operators, "orders");
        customers.MapPut("/{customerId}", ChangeAsync).AddEndpointFilter(OnlyOwnAsync).Admit(CallerKinds.Customers | CallerKinds.Operators);
    }

    private static async Task<Results<Created<Customer>, ProblemHttpResult>> RegisterAsync(
        CustomerDetails details,
        CustomerStore store,
        CancellationToken cancellation
    )
    {
        var registered = CustomerRules.Register($"customer-{Guid.CreateVersion7():N}", details);
        if (registered.Value is { } customer && await store.AddAsync(customer, cancellation) == WriteResult.Stale)
        {
            return Refusal.Conflict("customer-exists", "A customer with this id exists.").ToProblem();
        }
        return registered.ToResult(added => TypedResults.Created($"/customers/{added.CustomerId}", added));
    }

    private static async Task<Results<Ok<Customer>, ProblemHttpResult>> FindAsync(
        string customerId,
        CustomerStore store,
        CancellationToken cancellation
    ) => await store.FindAsync(customerId, cancellation) is { } found ? TypedResults.Ok(found.Value) : Missing(customerId);

    private static async Task<Results<Ok<Customer>, ProblemHttpResult>> ChangeAsync(
        string customerId,
        CustomerDetails details,
        CustomerStore store,
        CancellationToken cancellation
    )
    {
        if (await store.FindAsync(customerId, cancellation) is not { } read)
        {
            return Missing(customerId);
        }
        var changed = CustomerRules.Change(read.Value, details);
        if (changed.Value is { } next && await store.ChangeAsync(read, next, cancellation) == WriteResult.Stale)
        {
            return Refusal.Conflict("customer-changed", "The customer was changed by another request; read it again.").ToProblem();
        }
        return changed.ToResult(TypedResults.Ok);
    }

    private static ValueTask<object?> OnlyOwnAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        (string)context.HttpContext.Request.RouteValues["customerId"]! is var id && Caller.Of(context.HttpContext).MaySee(id)
            ? next(context)
            : ValueTask.FromResult<object?>(Missing(id));

    private static ProblemHttpResult Missing(string customerId) =>
        Refusal.NotFound("customer-not-found", $"There is no customer '{customerId}'.").ToProblem();
}
